-- Release and edition of this instance.
SET NOCOUNT ON;
SELECT @@SERVERNAME AS server_name,
       CONVERT(varchar(40), SERVERPROPERTY('ProductVersion')) AS product_version,
       CONVERT(varchar(80), SERVERPROPERTY('Edition')) AS edition;
