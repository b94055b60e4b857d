-- 0033: payouts are found by their attempt.
-- Why:   batches whose payouts are used up are listed for whoever may allow another. Few payouts are a fifth attempt or a later one: these
--        are read by the index, and no other payout or batch is looked at, however many there are.
-- Order: before functions/api/find-batches.ts of this release, and scripts/operate/settle, which name the index. Older ones do not notice.
-- Cost:  the index is built in place, while others write. A payout has one entry in it, which is written with the payout and never moves.
-- Undo:  forward only. Nothing but these lists needs the index: DROP INDEX takes it away.
ALTER TABLE payout
  ADD INDEX IF NOT EXISTS payout_by_attempt (attempt, batch_id);
