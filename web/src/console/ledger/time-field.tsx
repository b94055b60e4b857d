/** A field for a time of the browser's time zone, to the second. */
import { fieldOf } from './search.ts'

export function TimeField({ name, label, time }: { name: string; label: string; time: string | undefined }) {
  return (
    <label>
      <span>{label}</span>
      <input name={name} type="datetime-local" step={1} defaultValue={fieldOf(time)} />
    </label>
  )
}
