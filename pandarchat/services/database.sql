-- Who may create what in a database of Pandar Chat; run once in it, as its owner. Running it again changes nothing.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT USAGE ON SCHEMA public TO pandar_app;
GRANT CREATE, USAGE ON SCHEMA public TO pandar_definer;
