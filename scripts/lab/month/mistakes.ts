/** What others do at the bank that nobody expects, and what we move ourselves. */
import type { BankDeposit, BankTransfer } from '../../../shared/contracts/bank.ts'

export interface Mistake {
  /** Counted from 0. */
  day: number
  what: string
  /** `earlier`: a day, as batches have it in their names, whose batches are paid. */
  request(earlier: string): { path: string; body: BankDeposit | BankTransfer }
}

const deposit = (amount: number, currency: string, from: string, remittance: string): BankDeposit => ({
  ...{ account: 'operating', amount, currency, from, remittance },
})

export const mistakes: readonly Mistake[] = [
  {
    ...{ day: 4, what: 'a stranger pays 30,000 won in' },
    request: () => ({ path: '/deposits/gift-4711', body: deposit(30_000, 'KRW', 'a stranger', 'thank you') }),
  },
  {
    ...{ day: 9, what: 'a customer pays us instead of the shop' },
    request: () => ({ path: '/deposits/wrong-account-9', body: deposit(129_00, 'USD', 'a customer', 'order 77-31') }),
  },
  {
    ...{ day: 11, what: 'the acquirer pays 77 dollars in for a batch in won' },
    request: earlier => ({
      path: `/deposits/ACQ-${earlier}-KRW-9`,
      body: deposit(77_00, 'USD', 'acquirer', `ACQ-${earlier}-KRW`),
    }),
  },
  {
    ...{ day: 12, what: 'we move 5,000,000 won to the safeguarded account' },
    request: () => ({
      path: '/transfers/safeguard-12',
      body: { from: 'operating', to: 'safeguarded', amount: 5_000_000, currency: 'KRW' },
    }),
  },
]

/** `earlier`: a day of a week ago. Throws when the bank refuses it. */
export async function make(bankUrl: string, { what, request }: Mistake, earlier: string): Promise<void> {
  const { path, body } = request(earlier.replaceAll('-', ''))
  const response = await fetch(`${bankUrl}${path}`, { method: 'PUT', body: JSON.stringify(body) })
  if (response.status !== 200) throw new Error(`${what}: the bank answers ${response.status} ${await response.text()}`)
}
