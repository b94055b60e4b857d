/** Which payments were opened in this browser: the newest few hundred. It forgets them when somebody signs out. */
import { useEffect } from 'react'
import { useStore } from '../../store.ts'
import { useConsoleParts } from '../console-context.ts'

export const VISITED_MAX = 500

/** The newest last. The same list when it is the newest already. */
export function withVisited(visited: readonly string[], id: string): readonly string[] {
  if (visited.at(-1) === id) return visited
  return [...visited.filter(other => other !== id), id].slice(-VISITED_MAX)
}

/** What localStorage has; nothing where it is none of ours. */
export function parseVisited(text: string | null): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter(id => typeof id === 'string').slice(-VISITED_MAX) : []
  } catch {
    return []
  }
}

export function useVisited(): ReadonlySet<string> {
  return new Set(useStore(useConsoleParts().visited))
}

/** Whoever shows it calls it. */
export function useVisit(id: string): void {
  const { visited } = useConsoleParts()
  useEffect(() => visited.update(ids => withVisited(ids, id)), [visited, id])
}
