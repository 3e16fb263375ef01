-- Activities of identities that nobody has are listed for the operator, and are few beside the others.

CREATE INDEX activity_of_nobody ON activity (source, account, actor) WHERE rep_id IS NULL;
