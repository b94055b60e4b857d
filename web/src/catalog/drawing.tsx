/** The pieces that all three phone pictures share. Units are millimetres, so the phones keep their true proportions. */
import type { ReactNode } from 'react'
import type { Finish } from './catalog.ts'

export interface DrawingProps {
  finish: Finish
  /** Prefix that keeps gradient ids of several pictures on one page apart. */
  id: string
}

export interface Shape {
  width: number
  height: number
  radius: number
}

/** Gradients that a finish paints with. */
export function FinishPaints({ finish, id }: DrawingProps) {
  return (
    <defs>
      <linearGradient id={`${id}-back`} x1="0" y1="0" x2="1" y2="1">
        <stop offset="0" stopColor={mix(finish.back, '#ffffff', 0.22)} />
        <stop offset="0.45" stopColor={finish.back} />
        <stop offset="1" stopColor={mix(finish.back, '#000000', 0.12)} />
      </linearGradient>
      <linearGradient id={`${id}-frame`} x1="0" y1="0" x2="1" y2="0">
        <stop offset="0" stopColor={mix(finish.frame, '#000000', 0.28)} />
        <stop offset="0.03" stopColor={mix(finish.frame, '#ffffff', 0.45)} />
        <stop offset="0.08" stopColor={finish.frame} />
        <stop offset="0.92" stopColor={finish.frame} />
        <stop offset="0.97" stopColor={mix(finish.frame, '#ffffff', 0.4)} />
        <stop offset="1" stopColor={mix(finish.frame, '#000000', 0.32)} />
      </linearGradient>
      <linearGradient id={`${id}-island`} x1="0" y1="0" x2="1" y2="1">
        <stop offset="0" stopColor={mix(finish.back, '#ffffff', 0.34)} />
        <stop offset="1" stopColor={mix(finish.ink, '#000000', 0.04)} />
      </linearGradient>
      <linearGradient id={`${id}-sheen`} x1="0" y1="0" x2="1" y2="0.7">
        <stop offset="0" stopColor="#ffffff" stopOpacity="0.34" />
        <stop offset="0.5" stopColor="#ffffff" stopOpacity="0.06" />
        <stop offset="1" stopColor="#ffffff" stopOpacity="0" />
      </linearGradient>
      <linearGradient id={`${id}-rim`} x1="0" y1="0" x2="1" y2="1">
        <stop offset="0" stopColor={mix(finish.frame, '#ffffff', 0.65)} />
        <stop offset="0.5" stopColor={mix(finish.frame, '#000000', 0.18)} />
        <stop offset="1" stopColor={mix(finish.frame, '#ffffff', 0.35)} />
      </linearGradient>
      <radialGradient id={`${id}-glass`} cx="0.38" cy="0.32" r="0.8">
        <stop offset="0" stopColor="#45506b" />
        <stop offset="0.35" stopColor="#1a2030" />
        <stop offset="1" stopColor="#05070b" />
      </radialGradient>
    </defs>
  )
}

/** A camera lens: metal ring, black barrel, coated glass, two reflections. */
export function Lens({ id, x, y, radius }: { id: string; x: number; y: number; radius: number }) {
  return (
    <g transform={`translate(${x} ${y})`}>
      <circle r={radius} fill={`url(#${id}-rim)`} />
      <circle r={radius * 0.89} fill="#0b0d12" />
      <circle r={radius * 0.66} fill="#12161f" stroke="#2a3142" strokeWidth={radius * 0.04} />
      <circle r={radius * 0.46} fill={`url(#${id}-glass)`} />
      <circle r={radius * 0.22} fill="#04060a" />
      <ellipse
        cx={-radius * 0.2}
        cy={-radius * 0.24}
        rx={radius * 0.13}
        ry={radius * 0.09}
        fill="#dfe8ff"
        opacity="0.85"
      />
      <circle cx={radius * 0.22} cy={radius * 0.24} r={radius * 0.06} fill="#7fa0ff" opacity="0.55" />
    </g>
  )
}

export function Flash({ x, y, radius }: { x: number; y: number; radius: number }) {
  return (
    <g transform={`translate(${x} ${y})`}>
      <circle r={radius} fill="#f4efe2" />
      <circle r={radius * 0.72} fill="#fffbe9" stroke="#e2d7b8" strokeWidth={radius * 0.12} />
      <path
        d={`M${-radius * 0.3} 0h${radius * 0.6}M0 ${-radius * 0.3}v${radius * 0.6}`}
        stroke="#e9d9a4"
        strokeWidth={radius * 0.16}
      />
    </g>
  )
}

/** The back of a phone: frame, glass and a sheen; `children` are its cameras. */
export function Back({ id, shape, edge, children }: { id: string; shape: Shape; edge: number; children: ReactNode }) {
  const { width, height, radius } = shape
  return (
    <g>
      <rect width={width} height={height} rx={radius} fill={`url(#${id}-frame)`} />
      <rect
        x={edge}
        y={edge}
        width={width - 2 * edge}
        height={height - 2 * edge}
        rx={radius - edge}
        fill={`url(#${id}-back)`}
      />
      <path
        d={`M${edge + radius * 0.8} ${edge}H${width * 0.78}L${width * 0.2} ${height - edge}H${edge + radius * 0.8}Q${edge} ${height - edge} ${edge} ${height - edge - radius * 0.8}V${edge + radius * 0.8}Q${edge} ${edge} ${edge + radius * 0.8} ${edge}Z`}
        fill={`url(#${id}-sheen)`}
        opacity="0.55"
      />
      {children}
    </g>
  )
}

/** The front of a phone: frame, black bezel and a lit screen; `children` are drawn on the screen. */
export function Front({
  id,
  shape,
  bezel,
  children,
}: {
  id: string
  shape: Shape
  bezel: number
  children: ReactNode
}) {
  const { width, height, radius } = shape
  const inner = { width: width - 2 * bezel, height: height - 2 * bezel, radius: Math.max(radius - bezel, 1) }
  return (
    <g>
      <rect width={width} height={height} rx={radius} fill={`url(#${id}-frame)`} />
      <rect x="0.9" y="0.9" width={width - 1.8} height={height - 1.8} rx={radius - 0.9} fill="#07080b" />
      <clipPath id={`${id}-screen`}>
        <rect x={bezel} y={bezel} width={inner.width} height={inner.height} rx={inner.radius} />
      </clipPath>
      <g clipPath={`url(#${id}-screen)`}>{children}</g>
    </g>
  )
}

/** Side keys: bars that stand half a millimetre proud of the frame. */
export function Keys({
  id,
  x,
  bars,
}: {
  id: string
  x: number
  bars: readonly (readonly [y: number, height: number])[]
}) {
  return bars.map(([y, height]) => (
    <rect key={y} x={x} y={y} width="1.1" height={height} rx="0.5" fill={`url(#${id}-rim)`} />
  ))
}

/** Mixes two #rrggbb colours; `share` of the second. */
export function mix(first: string, second: string, share: number): string {
  const channel = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16)
  const mixed = [1, 3, 5].map(at => Math.round(channel(first, at) * (1 - share) + channel(second, at) * share))
  return `#${mixed.map(value => value.toString(16).padStart(2, '0')).join('')}`
}
