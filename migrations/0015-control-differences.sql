-- 0015: what the control accounts differ by, summed over the runs of a pass of the job `check-invariants`.
-- Why:   a sum over all entries is too long a statement on a large ledger; the job reads every payment once a pass anyway.
-- Order: before the functions that write it. Older functions leave it null, and a pass with such a run has no sum.
-- Undo:  forward only. Dropping the column loses the sums of one pass.
ALTER TABLE invariant_run ADD COLUMN IF NOT EXISTS
  pass_differences MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'JSON, of the pass until now; null: not known';
