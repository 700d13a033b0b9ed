# The mirrored databases of each pool, as Lync sees them.
Get-CsPool | ForEach-Object { Get-CsDatabaseMirrorState -PoolFqdn $_.Fqdn } |
    Select-Object DatabaseName, StateOnPrimary, StateOnMirror, MirroringStatusOnPrimary,
        MirroringStatusOnMirror |
    ConvertTo-Json
