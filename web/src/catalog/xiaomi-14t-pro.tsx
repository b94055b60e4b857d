/** Xiaomi 14T Pro: one wide square camera block holding four circles in a grid, round corners, a centred punch hole. */
import { Back, type DrawingProps, Front, Keys, Lens, mix, type Shape } from './drawing.tsx'

export const xiaomiShape: Shape = { width: 75.1, height: 160.4, radius: 11.2 }

export function XiaomiBack({ id, finish }: DrawingProps) {
  return (
    <g>
      <Keys
        id={id}
        x={-0.6}
        bars={[
          [38, 20],
          [65, 11],
        ]}
      />
      <Back id={id} shape={xiaomiShape} edge={1.3}>
        <rect x="5" y="5" width="43" height="43.6" rx="11.6" fill={mix(finish.ink, '#000000', 0.3)} />
        <rect x="5.5" y="5.5" width="42" height="42.6" rx="11.1" fill={`url(#${id}-island)`} />
        <rect
          x="5.5"
          y="5.5"
          width="42"
          height="42.6"
          rx="11.1"
          fill={mix(finish.ink, '#000000', 0.25)}
          opacity="0.55"
        />
        <Lens id={id} x={16.9} y={17} radius={8.6} />
        <Lens id={id} x={36.1} y={17} radius={8.6} />
        <Lens id={id} x={16.9} y={36.6} radius={8.6} />
        <circle cx="36.1" cy="36.6" r="8.6" fill={`url(#${id}-rim)`} />
        <circle cx="36.1" cy="36.6" r="7.7" fill="#14171d" />
        <path d="M36.1 31.2a5.4 5.4 0 0 1 0 10.8z" fill="#fff6da" />
        <path d="M36.1 31.2a5.4 5.4 0 0 0 0 10.8z" fill="#ffe7b0" />
        <rect x="35.9" y="31.2" width="0.4" height="10.8" fill="#14171d" />
      </Back>
    </g>
  )
}

export function XiaomiFront({ id, finish }: DrawingProps) {
  const { width, height } = xiaomiShape
  return (
    <Front id={id} shape={xiaomiShape} bezel={2}>
      <defs>
        <linearGradient id={`${id}-sky`} x1="0.2" y1="0" x2="0.8" y2="1">
          <stop offset="0" stopColor="#ffb27a" />
          <stop offset="0.42" stopColor={mix(finish.back, '#e2607a', 0.5)} />
          <stop offset="1" stopColor="#22204a" />
        </linearGradient>
      </defs>
      <rect width={width} height={height} fill={`url(#${id}-sky)`} />
      <circle cx="54" cy="86" r="15" fill="#ffe9c9" opacity="0.9" />
      <path d="M-4 122L22 100 40 116 58 92 80 118V166H-4Z" fill="#352a5c" opacity="0.85" />
      <path d="M-4 146C18 122 34 138 48 126S72 120 80 130V166H-4Z" fill="#1c1a3b" opacity="0.92" />
      <text x={width * 0.68} y="38" textAnchor="middle" fontSize="14" fontWeight="700" fill="#ffffff">
        08:14
      </text>
      <circle cx={width / 2} cy="7.2" r="1.8" fill="#000000" />
      <rect x={width / 2 - 10} y={height - 5.4} width="20" height="0.8" rx="0.4" fill="#ffffff" fillOpacity="0.8" />
    </Front>
  )
}
