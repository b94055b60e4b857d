/** What is charged for each capture and given back with each refund, by the auditor's own arithmetic. Amounts in minor units. */

/** a · b ÷ c, half to even; all not negative. */
export function share(a: number, b: number, c: number): number {
  const [product, divisor] = [BigInt(a) * BigInt(b), BigInt(c)]
  const down = product / divisor
  const twice = 2n * (product - down * divisor)
  const isUp = twice > divisor || (twice === divisor && down % 2n === 1n)
  return Number(isUp ? down + 1n : down)
}

export interface Step {
  operationId: string
  isRefund: boolean
  amount: number
  /** Of a capture: what is taken, with VAT where it is inclusive. Ignored of a refund. */
  taken: number
  vatMode: string
  /** Of a refund: whether its part of the fee goes back. */
  givesBack: boolean
}

export interface Charged {
  operationId: string
  fee: number
  vat: number
}

/** Of the captures and refunds of one payment, in their order. Refunds are negative; without VAT, which stands by itself. */
export function chargesOf(steps: readonly Step[]): Charged[] {
  const of = { captured: 0, fee: 0, vat: 0, back: 0, backFee: 0, backVat: 0 }
  return steps.map(({ operationId, isRefund, amount, taken, vatMode, givesBack }) => {
    if (!isRefund) {
      const vat = vatMode === 'exclusive' ? share(taken, 1, 10) : vatMode === 'inclusive' ? share(taken, 1, 11) : 0
      const fee = vatMode === 'inclusive' ? taken - vat : taken
      of.captured += amount
      of.fee += fee
      of.vat += vat
      return { operationId, fee, vat }
    }
    if (!givesBack) return { operationId, fee: 0, vat: 0 }
    of.back += amount
    const fee = share(of.fee, of.back, of.captured) - of.backFee
    const vat = share(of.vat, of.back, of.captured) - of.backVat
    of.backFee += fee
    of.backVat += vat
    return { operationId, fee: 0 - fee, vat: 0 - vat }
  })
}
