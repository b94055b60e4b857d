/** Galaxy S25 Ultra: a tall slab with tight corners, lenses that stand alone in two columns, and the S Pen beside it. */
import { Back, type DrawingProps, Flash, Front, Keys, Lens, mix, type Shape } from './drawing.tsx'

export const galaxyShape: Shape = { width: 77.6, height: 162.8, radius: 6.6 }

export function GalaxyBack({ id, finish }: DrawingProps) {
  return (
    <g>
      <Keys
        id={id}
        x={-0.6}
        bars={[
          [40, 19],
          [66, 11],
        ]}
      />
      <Back id={id} shape={galaxyShape} edge={1.2}>
        <Lens id={id} x={14.4} y={16.4} radius={8.2} />
        <Lens id={id} x={14.4} y={36.6} radius={8.2} />
        <Lens id={id} x={14.4} y={56.8} radius={8.2} />
        <Flash x={31.6} y={17.6} radius={2.2} />
        <circle
          cx="31.6"
          cy="26.6"
          r="2.5"
          fill="#0b0d12"
          stroke={mix(finish.frame, '#ffffff', 0.3)}
          strokeWidth="0.5"
        />
        <Lens id={id} x={31.6} y={46.4} radius={5.2} />
      </Back>
    </g>
  )
}

export function GalaxyFront({ id, finish }: DrawingProps) {
  const { width, height } = galaxyShape
  return (
    <Front id={id} shape={galaxyShape} bezel={1.9}>
      <defs>
        <linearGradient id={`${id}-sky`} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor={mix(finish.glow, '#7fa8ff', 0.35)} />
          <stop offset="0.5" stopColor={mix(finish.back, '#3152a8', 0.5)} />
          <stop offset="1" stopColor="#0d1430" />
        </linearGradient>
      </defs>
      <rect width={width} height={height} fill={`url(#${id}-sky)`} />
      <path d="M-6 128C18 92 38 146 84 92V172H-6Z" fill={mix(finish.back, '#16245c', 0.62)} opacity="0.85" />
      <path d="M-6 146C22 118 48 158 84 116V172H-6Z" fill="#0e1738" opacity="0.8" />
      <path d="M-6 112C20 76 44 126 84 74" fill="none" stroke="#ffffff" strokeOpacity="0.35" strokeWidth="0.7" />
      <text
        x={width * 0.68}
        y="42"
        textAnchor="middle"
        fontSize="15"
        fontWeight="700"
        fill="#ffffff"
        fillOpacity="0.95"
      >
        10:25
      </text>
      <rect x={width * 0.68 - 10} y="48.5" width="20" height="1.2" rx="0.6" fill="#ffffff" fillOpacity="0.7" />
      <circle cx={width / 2} cy="7.4" r="1.75" fill="#000000" />
      <circle cx={width / 2} cy="7.4" r="0.8" fill="#141b2d" />
    </Front>
  )
}

/** Drawn upright; its top end stands at y = 0. */
export function SPen({ id, finish }: DrawingProps) {
  return (
    <g>
      <rect width="5.8" height="8.6" rx="1.5" fill={mix(finish.frame, '#000000', 0.2)} />
      <rect y="6.4" width="5.8" height="86" rx="0.8" fill={`url(#${id}-frame)`} />
      <rect x="1.8" y="18" width="2.2" height="11" rx="1.1" fill={mix(finish.frame, '#000000', 0.35)} />
      <path d="M0 92.4H5.8L3.9 102.2H1.9Z" fill={mix(finish.frame, '#000000', 0.3)} />
      <path d="M2.1 102.2H3.7L2.9 105.8Z" fill="#17181b" />
    </g>
  )
}
