/** iPhone 16 Pro: a square camera plateau with three lenses in a triangle, and the Dynamic Island. */
import { Back, type DrawingProps, Flash, Front, Keys, Lens, mix, type Shape } from './drawing.tsx'

export const iphoneShape: Shape = { width: 71.5, height: 149.6, radius: 13.2 }

export function IphoneBack({ id }: DrawingProps) {
  return (
    <g>
      <Keys id={id} x={-0.6} bars={[[39, 12]]} />
      <Keys
        id={id}
        x={71}
        bars={[
          [27, 6.5],
          [38, 11],
          [52, 11],
        ]}
      />
      <Back id={id} shape={iphoneShape} edge={1.5}>
        <rect x="4" y="4.2" width="37.2" height="38" rx="10.4" fill={`url(#${id}-island)`} />
        <rect
          x="4.3"
          y="4.5"
          width="36.6"
          height="37.4"
          rx="10.1"
          fill="none"
          stroke="#ffffff"
          strokeOpacity="0.4"
          strokeWidth="0.4"
        />
        <Lens id={id} x={14} y={14.3} radius={7.9} />
        <Lens id={id} x={14} y={32.1} radius={7.9} />
        <Lens id={id} x={31.2} y={23.2} radius={7.9} />
        <Flash x={31.2} y={9.9} radius={2.7} />
        <circle cx="31.2" cy="36.6" r="2.7" fill="#10131a" />
        <circle cx="31.2" cy="36.6" r="1.6" fill="#1d2230" />
        <circle cx="23" cy="38.9" r="0.5" fill="#20242e" />
      </Back>
    </g>
  )
}

export function IphoneFront({ id, finish }: DrawingProps) {
  const { width, height } = iphoneShape
  return (
    <Front id={id} shape={iphoneShape} bezel={2.1}>
      <defs>
        <linearGradient id={`${id}-sky`} x1="0" y1="0" x2="0.6" y2="1">
          <stop offset="0" stopColor="#131628" />
          <stop offset="0.55" stopColor={mix(finish.back, '#2b2050', 0.55)} />
          <stop offset="1" stopColor={mix(finish.glow, '#ff9d6b', 0.3)} />
        </linearGradient>
      </defs>
      <rect width={width} height={height} fill={`url(#${id}-sky)`} />
      <circle cx="52" cy="112" r="44" fill={mix(finish.glow, '#ffffff', 0.2)} opacity="0.5" />
      <circle cx="20" cy="134" r="40" fill={mix(finish.back, '#ff7f6b', 0.45)} opacity="0.55" />
      <circle cx="46" cy="152" r="34" fill={finish.glow} opacity="0.55" />
      <text
        x={width * 0.68}
        y="40"
        textAnchor="middle"
        fontSize="15"
        fontWeight="700"
        fill="#ffffff"
        fillOpacity="0.94"
      >
        9:41
      </text>
      <rect x={width / 2 - 9.8} y="5.2" width="19.6" height="5.8" rx="2.9" fill="#000000" />
      <circle cx={width / 2 + 6.7} cy="8.1" r="1.35" fill="#131a2b" />
      <rect x={width / 2 - 11.5} y={height - 5.6} width="23" height="0.9" rx="0.45" fill="#ffffff" fillOpacity="0.85" />
    </Front>
  )
}
