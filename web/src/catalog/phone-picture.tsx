/** A drawn phone in one of its colours: both sides for the stage, the back alone for small places. */
import { useId } from 'react'
import { finishOf, type PhoneId } from './catalog.ts'
import { type DrawingProps, FinishPaints, type Shape } from './drawing.tsx'
import { GalaxyBack, GalaxyFront, galaxyShape, SPen } from './galaxy-s25-ultra.tsx'
import { IphoneBack, IphoneFront, iphoneShape } from './iphone-16-pro.tsx'
import { XiaomiBack, XiaomiFront, xiaomiShape } from './xiaomi-14t-pro.tsx'

interface Drawing {
  shape: Shape
  Back: (props: DrawingProps) => React.ReactNode
  Front: (props: DrawingProps) => React.ReactNode
}

const drawings: Record<PhoneId, Drawing> = {
  'iphone-16-pro': { shape: iphoneShape, Back: IphoneBack, Front: IphoneFront },
  'galaxy-s25-ultra': { shape: galaxyShape, Back: GalaxyBack, Front: GalaxyFront },
  'xiaomi-14t-pro': { shape: xiaomiShape, Back: XiaomiBack, Front: XiaomiFront },
}

const stage = { width: 176, height: 186 }
const FLOOR_Y = 174
/** How far the front stands behind and to the right of the back. */
const STEP_ASIDE = 0.66

interface PictureProps {
  phoneId: PhoneId
  finishId: string
}

/** `label` is what a screen reader says. */
export function StagePicture({ phoneId, finishId, label }: PictureProps & { label: string }) {
  const id = useId()
  const { shape, Back, Front } = drawings[phoneId]
  const finish = finishOf(phoneId, finishId)
  const pen = phoneId === 'galaxy-s25-ultra'
  const span = shape.width * (1 + STEP_ASIDE) + (pen ? 12 : 0)
  const left = (stage.width - span) / 2
  const top = FLOOR_Y - shape.height
  const frontLeft = left + shape.width * STEP_ASIDE
  return (
    <svg className="phone-picture" viewBox={`0 0 ${stage.width} ${stage.height}`} role="img" aria-label={label}>
      <FinishPaints finish={finish} id={id} />
      <defs>
        <filter id={`${id}-soft`} x="-30%" y="-200%" width="160%" height="500%">
          <feGaussianBlur stdDeviation="3.2" />
        </filter>
        <filter id={`${id}-near`} x="-20%" y="-10%" width="140%" height="120%">
          <feDropShadow dx="2.4" dy="1.6" stdDeviation="3" floodColor="#0b1024" floodOpacity="0.38" />
        </filter>
      </defs>
      <ellipse
        cx={stage.width / 2}
        cy={FLOOR_Y + 1.6}
        rx={span * 0.46}
        ry="4.4"
        fill="#0b1024"
        opacity="0.34"
        filter={`url(#${id}-soft)`}
      />
      <g transform={`translate(${frontLeft} ${top})`}>
        <Front finish={finish} id={id} />
      </g>
      <g transform={`translate(${left} ${top})`} filter={`url(#${id}-near)`}>
        <Back finish={finish} id={id} />
      </g>
      {pen && (
        <g transform={`translate(${frontLeft + shape.width + 5} ${FLOOR_Y - 105.8})`}>
          <SPen finish={finish} id={id} />
        </g>
      )}
    </svg>
  )
}

/** Decoration beside the phone's name. */
export function BackPicture({ phoneId, finishId }: PictureProps) {
  const id = useId()
  const { shape, Back } = drawings[phoneId]
  const finish = finishOf(phoneId, finishId)
  return (
    <svg className="phone-picture" viewBox={`-2 -2 ${shape.width + 4} ${shape.height + 4}`} aria-hidden="true">
      <FinishPaints finish={finish} id={id} />
      <Back finish={finish} id={id} />
    </svg>
  )
}
