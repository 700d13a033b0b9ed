"""Many mutants in one build: each stands in the code beside what it replaces, and a number in the
environment chooses one when a test program starts.

Compiling and linking every mutant for itself takes minutes of two cores; this way a mutant costs
only the tests that meet it. The mutants are those that cargo-mutants lists, with one difference: an
operator is replaced in the tree of the expression, not in its text, so `a - b * c` with `+` for `*`
is `a - (b + c)`. What cannot be written so (a constant, the inside of a macro, a guard with `let`)
or does not compile is left out and reported.
"""

from pathlib import Path

import tree_sitter_rust
from tree_sitter import Language, Node, Parser, Tree

PARSER = Parser(Language(tree_sitter_rust.language()))

# The variable that chooses a mutant, and the function that reads it.
VARIABLE = "POOLPROOF_MUTANT"
SWITCH = "crate::mutant_switch::on"
MODULE = f'''//! Which mutant is switched on.

use std::sync::LazyLock;

static CHOSEN: LazyLock<u32> = LazyLock::new(|| {{
    std::env::var("{VARIABLE}").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}});

/// Whether the mutant with this number is switched on.
#[must_use]
pub fn on(number: u32) -> bool {{
    *CHOSEN == number
}}
'''

# What has a value before the program starts has no switch.
CONSTANT = {"const_item", "static_item", "array_type", "const_block"}
MACRO = {"macro_invocation", "token_tree"}
LET = {"let_chain", "let_condition"}


class Inexpressible(Exception):
    """A mutant that cannot be switched on while a program runs."""


def ancestors(node: Node | None):
    while node is not None:
        yield node
        node = node.parent


def offset_of(source: str, place: dict) -> int:
    """The byte of a line and a column that count from 1."""
    lines = source.split("\n")
    before = "".join(line + "\n" for line in lines[: place["line"] - 1])
    return len((before + lines[place["line"] - 1][: place["column"] - 1]).encode())


def is_const(function: Node) -> Node | None:
    """The modifiers of a function of which one is `const`."""
    for child in function.children:
        if child.type == "function_modifiers" and "const" in child.text.decode().split():
            return child
    return None


def functions(tree: Tree) -> list[Node]:
    """All functions, outer ones first."""
    found, todo = [], [tree.root_node]
    while todo:
        node = todo.pop()
        if node.type == "function_item":
            found.append(node)
        todo += node.children
    return found


def function_at(source: str, line: int) -> str | None:
    """The name of the function in which a line is."""
    name = None
    for function in functions(PARSER.parse(source.encode())):
        if function.start_point[0] < line <= function.end_point[0] + 1:
            name = function.child_by_field_name("name").text.decode()
    return name


class Edits:
    """The mutants of one file: by range and kind, with the node that they change."""

    def __init__(self, source: str):
        self.source = source
        self.data = source.encode()
        self.tree: Tree = PARSER.parse(self.data)
        self.by_place: dict[tuple[int, int, str], tuple[list, object]] = {}

    def add(self, number: int, mutant: dict) -> None:
        start, end, kind, detail, node = self.locate(mutant)
        for above in ancestors(node):
            if above.type == "function_item":
                self.strip_const(above)
                break
        self.by_place.setdefault((start, end, kind), ([], detail))[0].append((number, mutant))

    def strip_const(self, function: Node) -> None:
        if modifiers := is_const(function):
            place = (modifiers.start_byte, modifiers.end_byte, "const")
            self.by_place[place] = ([], None)

    def strip_const_of(self, name: str) -> None:
        """A function that calls one that has a switch is no longer `const` either."""
        for function in functions(self.tree):
            if function.child_by_field_name("name").text.decode() == name:
                self.strip_const(function)

    def locate(self, mutant: dict) -> tuple[int, int, str, object, Node]:
        root = self.tree.root_node
        if mutant["genre"] == "Named":
            start, end = mutant["start"], mutant["end"]
            return start, end, "choice", None, root.descendant_for_byte_range(start, end)
        start = offset_of(self.source, mutant["span"]["start"])
        end = offset_of(self.source, mutant["span"]["end"])
        node = root.descendant_for_byte_range(start, max(start, end - 1))
        if mutant["genre"] == "FnValue":
            return start, start, "body", None, node
        if any(above.type in CONSTANT | MACRO for above in ancestors(node)):
            raise Inexpressible("in a constant or a macro")
        for above in ancestors(node):
            match mutant["genre"], above.type:
                case "BinaryOperator", "binary_expression" | "compound_assignment_expr":
                    if above.child_by_field_name("operator").start_byte == start:
                        return above.start_byte, above.end_byte, "binary", above, above
                case "UnaryOperator", "unary_expression" if above.start_byte == start:
                    return above.start_byte, above.end_byte, "unary", above, above
                case "MatchArmGuard", "match_pattern":
                    guard = above.child_by_field_name("condition")
                    if guard is None or guard.type in LET:
                        break
                    return guard.start_byte, guard.end_byte, "choice", None, above
                case "MatchArm", "match_arm":
                    pattern = above.child_by_field_name("pattern")
                    guard = pattern.child_by_field_name("condition")
                    if guard is None:
                        return pattern.end_byte, pattern.end_byte, "arm", None, above
                    if guard.type in LET:
                        break
                    return guard.start_byte, guard.end_byte, "arm", None, above
                case "StructField", "field_initializer" | "shorthand_field_initializer":
                    siblings = above.parent.children
                    base = [one for one in siblings if one.type == "base_field_initializer"]
                    if not base:
                        break
                    return above.start_byte, above.end_byte, "field", (above, base[0]), above
        raise Inexpressible(f"no place for a {mutant['genre']}")

    def text(self) -> str:
        """The file with all of its mutants."""
        return self.render(0, len(self.data))

    def render(self, start: int, end: int, within: tuple | None = None) -> str:
        """A part of the file: outer edits first, and the others inside them."""
        inside = [
            place
            for place in self.by_place
            if place != within and start <= place[0] and place[1] <= end
            # A body begins before its first expression, which is rendered apart.
            and not (within and place[2] == "body" and place[0] == start)
        ]
        inside.sort(key=lambda at: (at[0], at[0] != at[1], -at[1], at[2] not in ("choice", "arm")))
        parts, done = [], start
        for place in inside:
            if place[0] >= done:
                parts += [self.data[done : place[0]].decode(), self.edited(place)]
                done = place[1]
        return "".join(parts) + self.data[done:end].decode()

    def edited(self, place: tuple[int, int, str]) -> str:
        start, end, kind = place
        mutants, detail = self.by_place[place]

        def part(node: Node) -> str:
            return self.render(node.start_byte, node.end_byte, place)

        def choices(text) -> str:
            return "".join(
                f"if {SWITCH}({number}) {{ {text(mutant['replacement'])} }} else "
                for number, mutant in mutants
            )

        if kind == "const":
            return self.data[start:end].decode().replace("const", "")
        if kind == "body":
            return "".join(
                f"if {SWITCH}({number}) {{ return {mutant['replacement']}; }} "
                for number, mutant in mutants
            )
        if kind == "binary":
            left, right = (part(detail.child_by_field_name(side)) for side in ("left", "right"))
            operator = detail.child_by_field_name("operator").text.decode()
            if detail.type == "binary_expression":
                left = f"({left})"
            of = lambda operator: f"{left} {operator} ({right})"
            return f"({choices(of)}{{ {of(operator)} }})"
        if kind == "unary":
            operator, inner = detail.children[0].text.decode(), part(detail.children[-1])
            return f"({choices(lambda _: f'({inner})')}{{ {operator}({inner}) }})"
        if kind == "choice":
            return f"({choices(str)}{{ {self.render(start, end, place)} }})"
        switched_off = " && ".join(f"!{SWITCH}({number})" for number, _ in mutants)
        if kind == "arm":
            if start == end:
                return f" if {switched_off}"
            return f"({switched_off} && ({self.render(start, end, place)}))"
        field, base = detail
        name = field.text.decode()
        value = name
        if field.type == "field_initializer":
            name = field.child_by_field_name("field").text.decode()
            value = part(field.child_by_field_name("value"))
        default = f"({base.children[-1].text.decode()}).{name}"
        return f"{name}: {choices(lambda _: default)}{{ {value} }}"


def write(
    original: Path,
    tree: Path,
    files: set[str],
    mutants: dict[int, dict],
    not_const: set[tuple[str, str]],
) -> dict[int, str]:
    """Writes these files with their mutants into a copy of the sources. Returns why some are not in
    them. `not_const` names functions that can no longer be `const`."""
    left_out = {}
    for file in files | {file for file, _ in not_const}:
        edits = Edits((original / file).read_text())
        for number, mutant in mutants.items():
            if mutant["file"] == file:
                try:
                    edits.add(number, mutant)
                except Inexpressible as why:
                    left_out[number] = str(why)
        for other, name in not_const:
            if other == file:
                edits.strip_const_of(name)
        text = edits.text()
        if (tree / file).read_text() != text:
            (tree / file).write_text(text)
    return left_out
