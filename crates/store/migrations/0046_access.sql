-- Who holds a role: whether an administrator is the last one, who serves the district beside the tree. Every worker with an
-- account holds a post beside the tree, so that is no way to find a lawyer.
CREATE INDEX post_role ON post (district, role, from_on, id);
