/** The hash of a row is what anybody computes from docs/operators.md. */
import { expect, test } from '@jest/globals'
import { auditHashOf } from './audit-hash.ts'

test('is the SHA-256 of the canonical JSON, as Python computes it', () => {
  const row = {
    id: 41,
    actor: '김민지',
    action: 'payout-file.approved',
    subject: 'pof_1',
    reason: 'checked "all" \\ 확인 📞',
    details: '{"total":10}',
    atMs: Date.UTC(2026, 10, 29, 15, 0, 0, 123),
    previousHash: '0'.repeat(64),
    hash: '',
  }

  // hashlib.sha256(json.dumps(row, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()).hexdigest()
  expect(auditHashOf(row)).toBe('69be2a2737afa928d9ea24e27b2ab0246291f65ded8426ca332d33545403c3c4')
})
