/** Decisions of the acquirer in columns, found by their operation: 73 bytes each, where an object for each takes 220. */
import type { DecisionState } from '../contracts/acquirer.ts'
import type { OperationKind } from '../contracts/lists.ts'

export interface Decision {
  state: DecisionState
  /** Null, like the currency, when it was canceled before anybody had asked for it. */
  kind: OperationKind | null
  /** Minor units. */
  amount: number
  currency: string | null
}

export const NO_ROW = -1
const ID_BYTES_MAX = 32
const ROWS_AT_FIRST = 1_024
/** So that few of them are in each other's way. */
const PLACES_PER_ROW = 2

const columnsOf = (rows: number) => ({
  /** Latin 1, filled up with zeros. */
  ids: new Uint8Array(rows * ID_BYTES_MAX),
  /** Numbers of `Numbered`. */
  states: new Uint8Array(rows),
  kinds: new Uint8Array(rows),
  currencies: new Uint16Array(rows),
  amounts: new Float64Array(rows),
  /** For whoever fills the table. */
  captured: new Float64Array(rows),
  refunded: new Float64Array(rows),
  /** A row; see NO_ROW. */
  holds: new Int32Array(rows).fill(NO_ROW),
  flags: new Uint8Array(rows),
})

export class DecisionTable {
  /** Replaced when the table grows. */
  columns = columnsOf(ROWS_AT_FIRST)
  size = 0
  readonly #names = {
    states: new Numbered<DecisionState>(),
    kinds: new Numbered<OperationKind>(),
    currencies: new Numbered<string>(),
  }
  /** By the id's hash, and onward to the next free place: a row and one, or 0. */
  #places = new Int32Array(ROWS_AT_FIRST * PLACES_PER_ROW)
  readonly #sought = Buffer.alloc(ID_BYTES_MAX)

  /** Returns the row, which is the same when the operation has one. Throws for an id that is longer than ids are. */
  set(operationId: string, { state, kind, amount, currency }: Decision): number {
    if (operationId.length > ID_BYTES_MAX) throw new Error(`not an operation: ${operationId}`)
    if (this.size === this.columns.states.length) this.#grow()
    const place = this.#placeOf(operationId)
    const row = this.#places[place]! === 0 ? this.size++ : this.#places[place]! - 1
    this.#places[place] = row + 1
    const { columns } = this
    columns.ids.set(this.#sought, row * ID_BYTES_MAX)
    columns.states[row] = this.#names.states.numberOf(state)
    columns.kinds[row] = this.#names.kinds.numberOf(kind)
    columns.currencies[row] = this.#names.currencies.numberOf(currency)
    columns.amounts[row] = amount
    columns.captured[row] = 0
    columns.refunded[row] = 0
    columns.holds[row] = NO_ROW
    columns.flags[row] = 0
    return row
  }

  /** NO_ROW when there is none. */
  find(operationId: string): number {
    return operationId.length > ID_BYTES_MAX ? NO_ROW : this.#places[this.#placeOf(operationId)]! - 1
  }

  decisionAt(row: number): Decision & { operationId: string } {
    const { ids, states, kinds, currencies, amounts } = this.columns
    const id = Buffer.from(ids.buffer, row * ID_BYTES_MAX, ID_BYTES_MAX).toString('latin1')
    return {
      operationId: id.replace(/\0+$/, ''),
      state: this.#names.states.nameOf(states[row]!)!,
      kind: this.#names.kinds.nameOf(kinds[row]!),
      amount: amounts[row]!,
      currency: this.#names.currencies.nameOf(currencies[row]!),
    }
  }

  /** Where the id is, or would be. Leaves it in `#sought`. */
  #placeOf(operationId: string): number {
    this.#sought.fill(0)
    this.#sought.write(operationId, 'latin1')
    const mask = this.#places.length - 1
    for (let place = hashOf(this.#sought, 0) & mask; ; place = (place + 1) & mask) {
      const row = this.#places[place]! - 1
      if (row === NO_ROW || this.#hasSought(row)) return place
    }
  }

  #hasSought(row: number): boolean {
    const { ids } = this.columns
    const from = row * ID_BYTES_MAX
    for (let index = 0; index < ID_BYTES_MAX; index++) if (ids[from + index] !== this.#sought[index]) return false
    return true
  }

  #grow(): void {
    const grown = columnsOf(this.size * 2)
    for (const name of Object.keys(grown) as (keyof typeof grown)[]) grown[name].set(this.columns[name])
    this.columns = grown
    this.#places = new Int32Array(this.size * 2 * PLACES_PER_ROW)
    const mask = this.#places.length - 1
    for (let row = 0; row < this.size; row++) {
      let place = hashOf(grown.ids, row * ID_BYTES_MAX) & mask
      while (this.#places[place] !== 0) place = (place + 1) & mask
      this.#places[place] = row + 1
    }
  }
}

/** Few names, each with a number. */
class Numbered<Name extends string> {
  readonly #names: (Name | null)[] = []

  numberOf(name: Name | null): number {
    const number = this.#names.indexOf(name)
    return number === -1 ? this.#names.push(name) - 1 : number
  }

  nameOf(number: number): Name | null {
    return this.#names[number] ?? null
  }
}

/** FNV-1a of the id that begins there. */
function hashOf(bytes: Uint8Array, from: number): number {
  let hash = 0x811c9dc5
  for (let index = from; index < from + ID_BYTES_MAX; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193)
  return hash ^ (hash >>> 15)
}
