# The pools of the deployment, with their servers.
Get-CsPool |
    Select-Object Identity, Fqdn, Site,
        @{ Name = 'Computers'; Expression = { @($_.Computers | ForEach-Object { "$_" }) } },
        @{ Name = 'Services'; Expression = { @($_.Services | ForEach-Object { "$_" }) } } |
    ConvertTo-Json -Depth 3
