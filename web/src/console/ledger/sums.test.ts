import { expect, test } from '@jest/globals'
import { sumsByCurrency } from './sums.ts'

const account = (currency: string, debits: string, credits: string, balance: string, entryCount: number) => ({
  ...{ account: 'merchant_payable:shop', currency, debits, credits, balance, entryCount },
})

test('accounts are added up by currency, exactly, in the order of the currencies', () => {
  const sums = sumsByCurrency([
    account('USD', '0', '5', '-5', 1),
    account('KRW', '25', '9007199254740993', '-9007199254740968', 2),
    account('KRW', '0', '1', '-1', 1),
  ])
  expect(sums).toEqual([
    { currency: 'KRW', debits: '25', credits: '9007199254740994', balance: '-9007199254740969', entryCount: 3 },
    { currency: 'USD', debits: '0', credits: '5', balance: '-5', entryCount: 1 },
  ])
  expect(sumsByCurrency([])).toEqual([])
})
