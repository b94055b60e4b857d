-- 0027: how many payouts a batch may have.
-- Why:   a batch whose five payouts failed or were canceled was never paid, also after the account was put right. An approver allows one
--        more at a time (`npm run settle -- retry`), so each batch says how many it may have.
-- Order: before functions/jobs/create-payouts.ts and close-batches.ts of this release. Older ones neither read nor write the column: they
--        make no sixth payout, and leave what stands there.
-- Cost:  none that grows with the table: the check is the column's own, so that only the description of the table changes
--        (ALGORITHM=INSTANT is taken).
-- Undo:  forward only.
ALTER TABLE settlement_batch
  ADD COLUMN IF NOT EXISTS attempts_max SMALLINT UNSIGNED NOT NULL DEFAULT 5 COMMENT 'it has at most so many payouts'
    CHECK (attempts_max BETWEEN 5 AND 100);
