"""Libraries on a search service that speaks Elasticsearch's query API: asked like those on this machine, and filled."""
