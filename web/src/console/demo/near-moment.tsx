/** A time of today in a sentence: its time of day, and the whole of it on hover. */
import { useLanguage } from '../console-context.ts'
import { Moment } from '../view/moment.tsx'
import { timeOfDay } from './near-times.ts'

export function NearMoment({ at, text }: { at: string; text: (time: string) => string }) {
  const language = useLanguage()
  return <Moment at={at} text={() => text(timeOfDay(at, language))} />
}
