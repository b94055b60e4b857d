/** Corruptions that make the invariants of the audit log fail. For tests only. */
import { auditHashOf } from './audit-hash.ts'
import type { auditInvariants } from './audit-invariants.ts'
import type { PlantedFor } from './planted.corruption.ts'
import { addAuditRow, SAMPLE_ACTION_KEY, SAMPLE_CHANGE, SAMPLE_FILE } from './sample-audit.ts'

const APPROVED_AT = "'2026-11-29 00:00:00.000'"

/** A file without payouts that `who` is said to have approved. */
const fileApprovedBy = (who: string): string =>
  `INSERT INTO payout_file (file_id, currency, execute_on, payout_count, total, state, prepared_at, approved_by, approved_at)
   VALUES ('${SAMPLE_FILE}', 'KRW', '2026-11-30', 0, 0, 'SENT', ${APPROVED_AT}, '${who}', ${APPROVED_AT})`

export const auditCorruptions: PlantedFor<(typeof auditInvariants)[number]['name']> = {
  'audit-chain': {
    samples: [
      {
        what: 'a changed reason',
        row: 'audit_log 2',
        inAudit: ({ rows }) => {
          rows[1]!.reason = 'nothing of interest'
        },
      },
      {
        what: 'a changed entry whose hash was made anew',
        row: 'audit_log 3',
        inAudit: ({ rows }) => {
          rows[1]!.subject = 'park'
          rows[1]!.hash = auditHashOf(rows[1]!)
        },
      },
      {
        what: 'a removed entry',
        row: 'audit_log 3',
        inAudit: ({ rows }) => {
          rows.splice(1, 1)
        },
      },
      {
        what: 'a removed beginning',
        row: 'audit_log 2',
        inAudit: ({ rows }) => {
          rows.shift()
        },
      },
      {
        what: 'two entries that changed places',
        row: 'audit_log 1',
        inAudit: ({ rows }) => {
          const [first, second] = rows
          rows.splice(0, 2, { ...second!, id: 1 }, { ...first!, id: 2 })
        },
      },
    ],
    system: [
      {
        what: 'a changed reason',
        tables: ['audit_log'],
        inTables: ["UPDATE audit_log SET reason = 'nothing of interest' WHERE id = 2"],
        offender: /^audit_log 2$/,
      },
      {
        what: 'a removed entry',
        tables: ['audit_log'],
        inTables: ['DELETE FROM audit_log WHERE id = 2'],
        offender: /^audit_log 3$/,
      },
      {
        what: 'two entries that changed places',
        tables: ['audit_log'],
        inTables: [
          'UPDATE audit_log SET id = 0 WHERE id = 1',
          'UPDATE audit_log SET id = 1 WHERE id = 2',
          'UPDATE audit_log SET id = 2 WHERE id = 0',
        ],
        offender: /^audit_log 1$/,
      },
    ],
  },
  'audit-approvals': {
    samples: [
      {
        what: 'an approval whose newest entry is gone, which the chain cannot see',
        row: SAMPLE_FILE,
        inAudit: ({ rows }) => {
          rows.pop()
        },
      },
      {
        what: 'an approval that says another name than the log',
        row: SAMPLE_FILE,
        inAudit: ({ files }) => {
          files[0]!.approvedBy = 'lee'
        },
      },
      {
        what: 'a second approval',
        row: SAMPLE_FILE,
        inAudit: ({ rows }) => {
          addAuditRow(rows, { actor: 'kim', action: 'payout-file.approved', subject: SAMPLE_FILE })
        },
      },
      {
        what: 'an approval by an operator who may not approve',
        row: SAMPLE_FILE,
        inAudit: ({ operators }) => {
          operators.get('kim')!.role = 'operator'
        },
      },
      {
        what: 'an approval by the system, which prepared the file',
        row: SAMPLE_FILE,
        inAudit: ({ rows, files }) => {
          rows.pop()
          addAuditRow(rows, { actor: 'system', action: 'payout-file.approved', subject: SAMPLE_FILE })
          files[0]!.approvedBy = 'system'
        },
      },
      {
        what: 'an approval by an operator who had been disabled',
        row: SAMPLE_FILE,
        inAudit: ({ operators }) => {
          operators.get('kim')!.disabledAtMs = 0
        },
      },
    ],
    system: [
      {
        what: 'a file that nobody has approved',
        tables: ['payout_file'],
        inTables: [fileApprovedBy('kim')],
        offender: /^pof_/,
      },
    ],
  },
  'account-approvals': {
    samples: [
      {
        what: 'an account that was approved by who asked for it',
        row: SAMPLE_CHANGE,
        inAudit: ({ accounts }) => {
          accounts[0]!.askedBy = 'park'
        },
      },
      {
        what: 'an account that was approved by somebody who may not',
        row: SAMPLE_CHANGE,
        inAudit: ({ operators }) => {
          operators.get('park')!.role = 'operator'
        },
      },
      {
        what: 'an account that is paid to at once',
        row: SAMPLE_CHANGE,
        inAudit: ({ accounts }) => {
          accounts[0]!.effectiveAtMs -= 1
        },
      },
      {
        what: 'terms with another account than the one that was approved',
        row: SAMPLE_CHANGE,
        inAudit: ({ accounts }) => {
          accounts[0]!.termsToken = 'acct_mine'
        },
      },
    ],
    system: [
      {
        what: 'an account that nothing says was approved',
        tables: ['account_change'],
        inTables: [
          `INSERT INTO account_change (change_id, merchant_id, currency, account_token, state, asked_by, asked_at, approved_by, approved_at, effective_at)
           VALUES ('${SAMPLE_CHANGE}', 'shop', 'KRW', 'acct_mine', 'APPROVED', 'lee', ${APPROVED_AT}, 'kim', ${APPROVED_AT}, ${APPROVED_AT})`,
        ],
        offender: /^chg_/,
      },
    ],
  },
  'console-actions': {
    samples: [
      {
        what: 'a refund of an operator that the audit log names another one for',
        row: SAMPLE_ACTION_KEY,
        inAudit: ({ actions }) => {
          actions[0]!.operator = 'kim'
        },
      },
      {
        what: 'a second refund that has no entry',
        row: 'console:',
        inAudit: ({ actions }) => {
          actions.push({ ...actions[0]!, key: SAMPLE_ACTION_KEY.replace('Z', '0'), operations: [] })
        },
      },
      {
        what: 'an operation on another payment than the operator asked for',
        row: SAMPLE_ACTION_KEY,
        inAudit: ({ actions }) => {
          actions[0]!.operations = [{ kind: 'refund', paymentId: 'pay_00000000000000000000000002' }]
        },
      },
      {
        what: 'an operation of another kind than the operator asked for',
        row: SAMPLE_ACTION_KEY,
        inAudit: ({ actions }) => {
          actions[0]!.operations = [{ kind: 'void', paymentId: actions[0]!.subject }]
        },
      },
      {
        what: 'an operation under a key that no operator used',
        row: 'op_',
        inAudit: ({ strays }) => {
          strays.push({ operationId: 'op_00000000000000000000000001', key: SAMPLE_ACTION_KEY })
        },
      },
    ],
    system: [
      {
        what: 'a refund that nobody wrote into the audit log',
        tables: ['console_action'],
        inTables: [
          `INSERT INTO console_action (action_key, operator, action, subject, request_hash, canonical_request, at)
           VALUES ('${SAMPLE_ACTION_KEY}', 'kim', 'payment.refund-asked', 'pay_1', 'x', '{}', ${APPROVED_AT})`,
        ],
        offender: /^console:/,
      },
    ],
  },
}
