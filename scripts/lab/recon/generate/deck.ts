/** Deals what is to go wrong over the places where it may, so that each kind occurs as often as it should. */
import type { Random } from '../../random.ts'

/** None is dealt so late that it might find no place any more. */
const DEALT_WITHIN = 0.8
/** Of what is to be followed by something in the next season. */
const EARLY_WITHIN = 0.35

export class Deck<Name extends string> {
  readonly #cards: Array<{ place: number; name: Name }>
  #waiting: Name[] = []

  /** `counts`: how often each, over so many places; `early` ones among the first. */
  constructor(random: Random, counts: ReadonlyArray<readonly [Name, number]>, places: number, early: Name[] = []) {
    const lastOf = (name: Name) =>
      Math.max(0, Math.floor(places * (early.includes(name) ? EARLY_WITHIN : DEALT_WITHIN)) - 1)
    this.#cards = counts
      .flatMap(([name, count]) =>
        Array.from({ length: count }, () => ({ name, place: random.integer(0, lastOf(name)) })),
      )
      .toSorted((one, other) => other.place - one.place)
  }

  /** What happens at this place, if anything; what is not allowed here waits for the next place. Places come in order. */
  draw(place: number, isAllowed: (name: Name) => boolean): Name | undefined {
    while (this.#cards.length > 0 && this.#cards.at(-1)!.place <= place) this.#waiting.push(this.#cards.pop()!.name)
    const index = this.#waiting.findIndex(isAllowed)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  /** What found no place. */
  get left(): Name[] {
    return [...this.#waiting, ...this.#cards.map(({ name }) => name)]
  }
}
