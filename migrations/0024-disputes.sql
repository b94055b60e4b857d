-- 0024: disputes: what a card holder took back through the acquirer.
-- Why:   a chargeback takes money that was captured, often after it was paid out. It is the merchant's, and what is disputed cannot be
--        refunded a second time: the table of payments refuses that, whoever writes.
-- Order: before functions/jobs/match-files.ts knows lines of chargebacks. Older functions leave the new columns at 0, and call such a line
--        MISSING_HERE. Those that refund must be gone before the first dispute: they would ask the acquirer for a refund of what is
--        disputed, and the table refuses to record it.
-- Cost:  0.1 s at 1,000,000 payments (2026-11-29, a virtual machine with 2 cores at a load of 17; no writer waited longer). The check is
--        the column's own, so that only the description of the table changes: added as a constraint of the table, it copied all rows and
--        held up every writer for 52 s. It is judged all the same with every update of any of its three columns. recon_break is copied,
--        which has a row for each difference.
-- Undo:  forward only.
ALTER TABLE payment
  ADD COLUMN IF NOT EXISTS disputed_amount BIGINT NOT NULL DEFAULT 0 COMMENT 'minor units: disputes that are open or lost'
    CHECK (disputed_amount >= 0 AND refunded_amount + disputed_amount <= captured_amount);

ALTER TABLE settlement_terms
  ADD COLUMN IF NOT EXISTS dispute_fee BIGINT NOT NULL DEFAULT 0 COMMENT 'minor units, without VAT: what a dispute costs the merchant'
    CHECK (dispute_fee >= 0);

ALTER TABLE acquirer_terms
  ADD COLUMN IF NOT EXISTS dispute_fee BIGINT NOT NULL DEFAULT 0 COMMENT 'minor units of any currency, without VAT: what it takes for a dispute'
    CHECK (dispute_fee >= 0);

-- The sandbox's takes 1,000 minor units. Nothing was judged by this column before.
UPDATE acquirer_terms SET dispute_fee = 1000 WHERE source_id = 'acquirer' AND valid_from = '1970-01-01 00:00:00.000';

CREATE TABLE IF NOT EXISTS dispute (
  dispute_id   CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_id    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  external_ref VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'as the acquirer names it: the operation of the capture',
  payment_id   CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant_id  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency     CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount       BIGINT      NOT NULL COMMENT 'minor units',
  fee          BIGINT      NOT NULL COMMENT 'minor units: what the merchant was charged for it',
  state        VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_count  INT         NOT NULL COMMENT 'sequence of its newest event',
  opened_at    DATETIME(3) NOT NULL COMMENT 'virtual time, as closed_at',
  closed_at    DATETIME(3) NULL,
  CONSTRAINT dispute_pk PRIMARY KEY (dispute_id),
  CONSTRAINT dispute_once UNIQUE (source_id, external_ref),
  CONSTRAINT dispute_amount CHECK (amount > 0 AND fee >= 0),
  CONSTRAINT dispute_state CHECK (state IN ('OPEN', 'WON', 'LOST')),
  CONSTRAINT dispute_closed CHECK ((closed_at IS NULL) = (state = 'OPEN')),
  INDEX dispute_by_payment (payment_id),
  INDEX dispute_by_state (state, dispute_id),
  INDEX dispute_by_merchant (merchant_id, state, dispute_id)
) ENGINE = InnoDB;

ALTER TABLE recon_break DROP CONSTRAINT IF EXISTS recon_break_class;
ALTER TABLE recon_break
  ADD CONSTRAINT recon_break_class CHECK (class IN ('DUPLICATE', 'MISSING_HERE', 'STATUS', 'CURRENCY', 'AMOUNT_OVER', 'AMOUNT_UNDER', 'FEE', 'DATE', 'MISSING_THERE', 'AMENDED', 'OVER_DISPUTED'));
