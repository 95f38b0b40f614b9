import { h, type FunctionalComponent } from 'vue'

interface IconProps {
  /** Width and height in CSS pixels. */
  size?: number
}

export type Icon = FunctionalComponent<IconProps>

/**
 * Makes an icon component from our own drawing on a 24 × 24 grid, drawn with strokes in the current text colour.
 * Decorative: the button or row around it carries the words.
 */
export function icon(drawing: string): Icon {
  const Drawn: Icon = ({ size = 20 }) =>
    h('svg', {
      viewBox: '0 0 24 24',
      width: size,
      height: size,
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 1.8,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
      'aria-hidden': 'true',
      style: { flex: 'none', display: 'block' },
      innerHTML: drawing,
    })
  Drawn.props = ['size']
  return Drawn
}
