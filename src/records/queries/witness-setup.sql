-- The sessions that this witness serves. The numbers of partner_sync_state mean the opposite of those of
-- mirroring_state; the text is what is read. A row without a database says that there is none.
SET NOCOUNT ON;
SELECT @@SERVERNAME AS server_name,
       w.database_name,
       w.principal_server_name,
       w.mirror_server_name,
       w.partner_sync_state_desc,
       w.safety_level_desc
FROM (SELECT 1 AS one) AS always
LEFT JOIN sys.database_mirroring_witnesses AS w ON w.database_name IN (N'mgc', N'mgccomp')
ORDER BY w.database_name;
