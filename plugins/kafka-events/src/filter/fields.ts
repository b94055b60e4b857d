/** Finds a rule's fields in a record and says whether the rule holds. Arrays count as AWS counts them. */
import type { Condition, Rule } from './compile.ts'
import { isLeaf, type Leaf } from './json.ts'

/** One element of an array, and the elements that it lies in. */
interface Element {
  array: unknown[]
  index: number
  outer: Element | undefined
}

interface Found {
  value: Leaf
  element: Element | undefined
}

/** Where the looked-for fields part from each other. A key may span several steps, since `{"a.b": 1}` has the field `a.b`. */
interface Fork {
  found?: Found[]
  forks: Map<string, Fork>
}

export interface FieldRule {
  holdsFor(record: object): boolean
}

// Deeper arrays are nobody's data, and would use up the stack.
const arraysDeepMax = 1000

/** `holdsFor` keeps what it finds until its next call: it must not be called from inside itself. */
export function createFieldRule(rule: Rule): FieldRule {
  const forks = new Map<string, Fork>()
  const fields = [...rule].map(([path, condition]) => {
    const found: Found[] = []
    addPath(forks, path.split('.')).found = found
    return { condition, found }
  })
  const root = forkOf(forks, [])
  return {
    holdsFor(record) {
      for (const { found } of fields) found.length = 0
      collect(record, root, undefined, 0)
      return holds(fields)
    },
  }
}

/** Every way to cut the path into keys ends at the same fork, which is returned. */
function addPath(forks: Map<string, Fork>, steps: string[]): Fork {
  for (let from = 0; from < steps.length; from++) {
    const fork = forkOf(forks, steps.slice(0, from))
    for (let to = from + 1; to <= steps.length; to++) {
      fork.forks.set(steps.slice(from, to).join('.'), forkOf(forks, steps.slice(0, to)))
    }
  }
  return forkOf(forks, steps)
}

function forkOf(forks: Map<string, Fork>, steps: string[]): Fork {
  const name = JSON.stringify(steps)
  const fork = forks.get(name) ?? { forks: new Map() }
  forks.set(name, fork)
  return fork
}

function collect(value: unknown, fork: Fork, element: Element | undefined, depth: number): void {
  if (isLeaf(value)) {
    fork.found?.push({ value, element })
  } else if (Array.isArray(value)) {
    collectArray(value, fork, element, depth)
  } else {
    for (const [key, next] of fork.forks) {
      if (Object.hasOwn(value as object, key)) collect((value as Record<string, unknown>)[key], next, element, depth)
    }
  }
}

function collectArray(array: unknown[], fork: Fork, outer: Element | undefined, depth: number): void {
  if (depth === arraysDeepMax) return
  for (const [index, value] of array.entries()) {
    // Plain elements belong to the field, not to a place in it: they never contradict another field.
    collect(value, fork, isLeaf(value) ? outer : { array, index, outer }, depth + 1)
  }
}

function holds(fields: { condition: Condition; found: Found[] }[]): boolean {
  const choices: Found[][] = []
  for (const { condition, found } of fields) {
    if (found.length === 0 && condition.absent) continue
    const passing = found.filter(({ value }) => condition.tests.some(test => test(value)))
    if (passing.length === 0) return false
    // One outside all arrays goes with anything; there is nothing to choose.
    if (passing.every(({ element }) => element !== undefined)) choices.push(passing)
  }
  return choose(choices, 0, [])
}

/** Whether one value can be chosen per field so that all come from the same elements of the arrays that they share. */
function choose(choices: Found[][], next: number, chosen: Element[]): boolean {
  if (next === choices.length) return true
  return choices[next]!.some(({ element }) => {
    if (!chosen.every(other => agree(other, element!))) return false
    return choose(choices, next + 1, [...chosen, element!])
  })
}

function agree(left: Element, right: Element): boolean {
  for (let one: Element | undefined = left; one; one = one.outer) {
    for (let other: Element | undefined = right; other; other = other.outer) {
      if (one.array === other.array && one.index !== other.index) return false
    }
  }
  return true
}
