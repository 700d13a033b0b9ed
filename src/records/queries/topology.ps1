# The topology of the deployment. A .tbxml file of Topology Builder serves as well.
(Get-CsTopology -AsXml).ToString()
