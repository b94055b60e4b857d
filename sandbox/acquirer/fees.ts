/**
 * What the acquirer takes: 1.5 % of a capture, and VAT of a tenth of the fee on top. A refund gives back its part of what the captures
 * before it were charged, so that refunds in parts give back together what the whole would. Minor units; half to even.
 */

export interface Charge {
  feeMinor: bigint
  vatMinor: bigint
}

/** An approved capture or refund of one hold. */
export interface ChargedMove {
  kind: 'capture' | 'refund'
  amountMinor: bigint
}

/** The charge of the last of these moves, which are all of their hold until then, in the order of deciding. Of a refund not above 0. */
export function chargeOfLast(moves: readonly ChargedMove[]): Charge {
  const account = new Account()
  return moves.reduce<Charge>((_, move) => account.charge(move), { feeMinor: 0n, vatMinor: 0n })
}

class Account {
  #capturedMinor = 0n
  #refundedMinor = 0n
  /** What the captures were charged, and what of it went back. */
  readonly #taken = { feeMinor: 0n, vatMinor: 0n }
  readonly #returned = { feeMinor: 0n, vatMinor: 0n }

  charge({ kind, amountMinor }: ChargedMove): Charge {
    return kind === 'capture' ? this.#take(amountMinor) : this.#giveBack(amountMinor)
  }

  #take(amountMinor: bigint): Charge {
    const feeMinor = rounded(amountMinor * 150n, 10_000n)
    const vatMinor = rounded(feeMinor, 10n)
    this.#capturedMinor += amountMinor
    this.#taken.feeMinor += feeMinor
    this.#taken.vatMinor += vatMinor
    return { feeMinor, vatMinor }
  }

  #giveBack(amountMinor: bigint): Charge {
    this.#refundedMinor += amountMinor
    return { feeMinor: -this.#nextReturn('feeMinor'), vatMinor: -this.#nextReturn('vatMinor') }
  }

  #nextReturn(part: keyof Charge): bigint {
    const dueMinor = rounded(this.#taken[part] * this.#refundedMinor, this.#capturedMinor)
    // A capture after a refund may make the due part smaller: nothing is charged again.
    const nextMinor = dueMinor > this.#returned[part] ? dueMinor - this.#returned[part] : 0n
    this.#returned[part] += nextMinor
    return nextMinor
  }
}

/** Half to even; neither is negative. */
function rounded(dividend: bigint, divisor: bigint): bigint {
  const [whole, rest] = [dividend / divisor, dividend % divisor]
  const isUp = rest * 2n === divisor ? whole % 2n === 1n : rest * 2n > divisor
  return isUp ? whole + 1n : whole
}
