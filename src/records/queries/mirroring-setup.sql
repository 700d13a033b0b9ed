-- The chat databases of this instance and their mirroring sessions, as they are now. A row without a
-- database says that there is none.
SET NOCOUNT ON;
SELECT @@SERVERNAME AS server_name,
       d.name AS database_name,
       m.mirroring_role_desc,
       m.mirroring_state_desc,
       m.mirroring_safety_level_desc,
       m.mirroring_partner_name,
       m.mirroring_witness_name,
       m.mirroring_connection_timeout,
       d.recovery_model_desc
FROM (SELECT 1 AS one) AS always
LEFT JOIN sys.databases AS d ON d.name IN (N'mgc', N'mgccomp')
LEFT JOIN sys.database_mirroring AS m ON m.database_id = d.database_id
ORDER BY d.name;
