/** A small chart of bars. It says nothing that the table below it does not, so a screen reader is told of the table alone. */
import { type BarPart, barShapes } from './figures.ts'

const HEIGHT = 64
const STEP = 20
const GAP = 6

export function Bars({ bars }: { bars: ReadonlyArray<readonly BarPart[]> }) {
  return (
    <svg
      className="bars"
      viewBox={`0 0 ${bars.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {barShapes(bars, HEIGHT, STEP, GAP).map(({ tone, ...place }) => (
        <rect key={`${place.x} ${tone}`} className={`bar-${tone}`} {...place} />
      ))}
    </svg>
  )
}
