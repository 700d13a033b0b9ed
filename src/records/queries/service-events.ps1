# Starts and stops of this server and of SQL Server on it, from the Windows event logs. The numbers are
# the same in every language. Two rows are added that say how far the logs go: `from` and `to`.
$logs = @(
  @{ LogName = 'System'; Id = 41, 1074, 6005, 6006, 6008, 7031, 7034 },
  @{ LogName = 'Application'; Id = 17126, 17147, 17148 }
)
$row = { param($log, $provider, $id, $time, $service) [pscustomobject]@{
  log = $log; provider = $provider; id = $id; service = $service
  time_utc = $time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffZ") } }
$rows = foreach ($filter in $logs) {
  $oldest = Get-WinEvent -LogName $filter.LogName -Oldest -MaxEvents 1
  & $row $filter.LogName 'from' 0 $oldest.TimeCreated
  Get-WinEvent -FilterHashtable $filter -ErrorAction SilentlyContinue | Sort-Object RecordId |
    ForEach-Object {
      $service = if ($_.Id -in 7031, 7034) { $_.Properties[0].Value }
      & $row $_.LogName $_.ProviderName $_.Id $_.TimeCreated $service
    }
  & $row $filter.LogName 'to' 0 (Get-Date)
}
$rows
