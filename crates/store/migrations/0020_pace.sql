-- Indexes for the numbers on the first screen after sign-in: employers of a size that no union covers, counted from
-- the indexes alone. A count that would read the rows costs fifteen times as much.

CREATE INDEX employer_size ON employer (district, state, headcount, org_path, id);

-- Which union covers an employer on a day, without looking at the link itself. It does all that
-- coverage_edge_employer did.
CREATE INDEX coverage_edge_cover ON coverage_edge (district, employer_id, to_on, from_on, org_id);
DROP INDEX coverage_edge_employer;
