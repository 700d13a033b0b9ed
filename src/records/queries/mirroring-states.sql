-- Changes of the mirroring state, from the default trace. It overwrites itself: collect it soon after
-- an incident. `start_time` is the local time of this server.
SET NOCOUNT ON;
DECLARE @first nvarchar(260);
SELECT @first = REVERSE(SUBSTRING(REVERSE(path), CHARINDEX('\', REVERSE(path)), 260)) + N'log.trc'
FROM sys.traces WHERE is_default = 1;
SELECT @@SERVERNAME AS server_name,
       DatabaseName AS database_name,
       CONVERT(varchar(23), StartTime, 126) AS start_time,
       State AS state,
       IntegerData AS state_before,
       CONVERT(varchar(20), EventSequence) AS event_sequence
FROM sys.fn_trace_gettable(@first, DEFAULT)
WHERE EventClass = 167
ORDER BY StartTime, EventSequence;
