# Whether the pool is failed over.
Get-CsPersistentChatState |
    Select-Object Identity, @{ Name = 'PoolState'; Expression = { "$($_.PoolState)" } } |
    ConvertTo-Json
