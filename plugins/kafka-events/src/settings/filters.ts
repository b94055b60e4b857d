/** Reads the filter patterns of a mapping. */
import { compileFilterPattern, type FilterPattern } from '../filter.ts'
import type { Setting } from './setting.ts'
import { hasParts, listOf, textOf } from './values.ts'

const FILTERS_MAX = 10
const FILTERS_WITHOUT_ASKING = 5

export function filtersOf(criteria: Setting, warn: (warning: string) => void): FilterPattern[] {
  if (!hasParts(criteria, ['Filters'])) return []
  const list = criteria.part('Filters')
  const filters = listOf(list)
  if (filters.length > FILTERS_MAX) list.refuse(`must have at most ${FILTERS_MAX} patterns`)
  else if (filters.length > FILTERS_WITHOUT_ASKING)
    warn(`${list.name} has ${filters.length} patterns: AWS allows ${FILTERS_WITHOUT_ASKING} unless the quota is raised`)
  return filters.flatMap(filter => (hasParts(filter, ['Pattern']) ? patternOf(filter.part('Pattern')) : []))
}

function patternOf(pattern: Setting): FilterPattern[] {
  if (!pattern.isGiven) pattern.refuse('is missing')
  const text = textOf(pattern)
  if (text === undefined) return []
  try {
    return [compileFilterPattern(text)]
  } catch (error) {
    pattern.refuse(`is not a filter pattern: ${error instanceof Error ? error.message : error}`)
    return []
  }
}
