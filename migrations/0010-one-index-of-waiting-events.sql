-- 0010: the relay's former index is dropped.
-- Why:   every event was written into two indexes of waiting rows. Only the functions of the release before 0008 read this one.
-- Order: after the functions of 0008 have replaced all that are older; those still run on this schema, older ones would read the
--        table from its first row.
-- Undo:  forward only. CREATE INDEX outbox_event_unpublished ON outbox_event (shard, published_at, id) makes it again.
DROP INDEX outbox_event_unpublished ON outbox_event;
