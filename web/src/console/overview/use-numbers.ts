/** Counts as a person reads them, in the language of the page. */
import { useLanguage } from '../console-context.ts'

export function useNumbers(): (count: number) => string {
  const format = new Intl.NumberFormat(useLanguage())
  return count => format.format(count)
}
