/** Dead letters for tests. */
import type { NewLetter } from '../../shared/payments/ports.ts'

/** One that waits, on partition 0. */
export const letterAt = (offset: number, given: Partial<NewLetter> = {}): NewLetter => ({
  ...{ partition: 0, offset, record: Buffer.from(`letter ${offset}`) },
  ...{ error: 'not JSON', failedAtMs: 0, paymentId: null },
  origin: { topic: 'payment.captured', partition: 3, offset: 15 },
  bytes: {
    key: Buffer.from('pay_1'),
    value: Buffer.from([0xff, 0x00, 0xfe]),
    headers: [['event-id', Buffer.from('evt_1')]],
  },
  ...given,
})
