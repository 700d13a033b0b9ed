/* The mirror trio of handbook 3 in Promela: partners A and B, witness W and the three links between
 * them, without a budget of faults. The same abstraction is `examples/checker_speed/trio.rs`, rule by
 * rule; `benches/compare_checkers.py` asserts that both have the same number of states.
 *
 * Logs are counts: `a` and `b` are the posts that each copy holds, of which the first `common` are
 * the same. LENGTH is the most posts, given by the script.
 */
#ifndef LENGTH
#define LENGTH 2
#endif

bit up_a = 1, up_b = 1, up_w = 1;
bit cut_ab, cut_aw, cut_bw;
/* what both ends of a link believe (3.11) */
bit seen_ab = 1, seen_aw = 1, seen_bw = 1;
/* a partner is principal or mirror; of two principals the newer is B */
bit principal_a = 1, principal_b, newer_b;
bit synchronized = 1, ready = 1;
/* the witness's register (3.2): the principal is B; failover is possible */
bit register_b, register_synchronized = 1;
byte a, b, common;
/* a post was discarded */
bit lost;

#define connected_ab (up_a && up_b && !cut_ab)
#define connected_aw (up_a && up_w && !cut_aw)
#define connected_bw (up_b && up_w && !cut_bw)
/* 3.4: a quorum */
#define serves_a (principal_a && up_a && ((seen_ab && !principal_b) || (seen_aw && !register_b)))
#define serves_b (principal_b && up_b && ((seen_ab && !principal_a) || (seen_bw && register_b)))
/* 2.2: a commit waits for the mirror's disk */
#define acknowledges_a (serves_a && (!synchronized || connected_ab))
#define acknowledges_b (serves_b && (!synchronized || connected_ab))

/* what needs no time: connections, roles, the register, readiness */
inline settle() {
    if :: connected_ab -> seen_ab = 1 :: else -> if :: !up_a && !up_b -> seen_ab = 0 :: else fi fi;
    if :: connected_aw -> seen_aw = 1 :: else -> if :: !up_a && !up_w -> seen_aw = 0 :: else fi fi;
    if :: connected_bw -> seen_bw = 1 :: else -> if :: !up_b && !up_w -> seen_bw = 0 :: else fi fi;
    if /* 3.10: of two connected principals the older becomes mirror */
    :: principal_a && principal_b && connected_ab ->
        if :: newer_b -> principal_a = 0 :: else -> principal_b = 0 fi;
        synchronized = 0
    :: else
    fi;
    if /* R9: the register follows the newest principal in reach */
    :: principal_a && connected_aw && !(principal_b && newer_b) ->
        register_b = 0; register_synchronized = synchronized
    :: else
    fi;
    if
    :: principal_b && connected_bw && !(principal_a && !newer_b) ->
        register_b = 1; register_synchronized = synchronized
    :: else
    fi;
    if /* R7: readiness is volatile */
    :: principal_a && !principal_b && up_b ->
        if
        :: seen_ab && connected_ab -> ready = synchronized && seen_aw && seen_bw
        :: seen_ab && !connected_ab -> skip
        :: else -> ready = ready && seen_bw
        fi
    :: principal_b && !principal_a && up_a ->
        if
        :: seen_ab && connected_ab -> ready = synchronized && seen_aw && seen_bw
        :: seen_ab && !connected_ab -> skip
        :: else -> ready = ready && seen_aw
        fi
    :: else -> ready = 0
    fi
}

active proctype trio() {
    do
    /* write */
    :: d_step { acknowledges_a && a < LENGTH ->
        a++; if :: synchronized -> b = a; common = a :: else fi; settle() }
    :: d_step { acknowledges_b && b < LENGTH ->
        b++; if :: synchronized -> a = b; common = b :: else fi; settle() }
    /* crash and restart */
    :: d_step { up_a -> up_a = 0; settle() }
    :: d_step { up_b -> up_b = 0; settle() }
    :: d_step { up_w -> up_w = 0; settle() }
    :: d_step { !up_a -> up_a = 1; seen_ab = 0; seen_aw = 0;
        if :: !principal_a -> ready = 0 :: else fi; settle() }
    :: d_step { !up_b -> up_b = 1; seen_ab = 0; seen_bw = 0;
        if :: !principal_b -> ready = 0 :: else fi; settle() }
    :: d_step { !up_w -> up_w = 1; seen_aw = 0; seen_bw = 0; settle() }
    /* cut and heal */
    :: d_step { !cut_ab -> cut_ab = 1; settle() }
    :: d_step { !cut_aw -> cut_aw = 1; settle() }
    :: d_step { !cut_bw -> cut_bw = 1; settle() }
    :: d_step { cut_ab -> cut_ab = 0; settle() }
    :: d_step { cut_aw -> cut_aw = 0; settle() }
    :: d_step { cut_bw -> cut_bw = 0; settle() }
    /* detect (3.11) */
    :: d_step { seen_ab && !connected_ab -> seen_ab = 0; settle() }
    :: d_step { seen_aw && !connected_aw -> seen_aw = 0; settle() }
    :: d_step { seen_bw && !connected_bw -> seen_bw = 0; settle() }
    /* expose (3.12) */
    :: d_step { synchronized && !seen_ab && serves_a && connected_aw ->
        synchronized = 0; register_synchronized = 0; settle() }
    :: d_step { synchronized && !seen_ab && serves_b && connected_bw ->
        synchronized = 0; register_synchronized = 0; settle() }
    /* automatic failover (3.7) */
    :: d_step { ready && !seen_ab && principal_a && !principal_b && up_b && connected_bw && seen_bw &&
            !seen_aw && !register_b && register_synchronized ->
        principal_b = 1; newer_b = 1; synchronized = 0;
        register_b = 1; register_synchronized = 0; settle() }
    :: d_step { ready && !seen_ab && principal_b && !principal_a && up_a && connected_aw && seen_aw &&
            !seen_bw && register_b && register_synchronized ->
        principal_a = 1; newer_b = 0; synchronized = 0;
        register_b = 0; register_synchronized = 0; settle() }
    /* resynchronise (3.3, 3.10): what the mirror had beyond is gone */
    :: d_step { !synchronized && seen_ab && connected_ab && serves_a && !principal_b ->
        if :: b > common -> lost = 1 :: else fi;
        b = a; common = a; synchronized = 1; settle() }
    :: d_step { !synchronized && seen_ab && connected_ab && serves_b && !principal_a ->
        if :: a > common -> lost = 1 :: else fi;
        a = b; common = b; synchronized = 1; settle() }
    od
}
