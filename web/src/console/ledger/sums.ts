/** Sums of the ledger as a person reads them: text of any size, in minor units. */
import { majorUnits } from '../../../../shared/contracts/csv-cells.ts'
import { currencyExponent } from '../../../../shared/contracts/currency.ts'
import type { Language } from '../../../../shared/contracts/errors.ts'
import type { LedgerView } from '../../../../shared/contracts/routes/get-ledger.ts'

const locales: Record<Language, string> = { ko: 'ko-KR', en: 'en-US' }

/** As `formatMoney`, of a sum that may be more than a number holds exactly. */
export function formatSum(minor: string, currency: string, language: Language): string {
  const exponent = currencyExponent(currency)
  if (exponent === undefined) return `${minor} ${currency}`
  const format = new Intl.NumberFormat(locales[language], {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
  // As text it is formatted exactly.
  return format.format(majorUnits(BigInt(minor), currency) as Intl.StringNumericLiteral)
}

type Sums = NonNullable<LedgerView['trial']>[number]

/** Of these accounts, in the order of the currencies. */
export function sumsByCurrency(accounts: readonly Sums[]): Sums[] {
  const byCurrency = Map.groupBy(accounts, ({ currency }) => currency)
  return [...byCurrency.keys()].sort().map(currency => {
    const own = byCurrency.get(currency)!
    const sumOf = (name: 'debits' | 'credits' | 'balance') =>
      String(own.reduce((sum, account) => sum + BigInt(account[name]), 0n))
    const entryCount = own.reduce((sum, account) => sum + account.entryCount, 0)
    return { currency, debits: sumOf('debits'), credits: sumOf('credits'), balance: sumOf('balance'), entryCount }
  })
}
