import { Canvas, type Colour } from './canvas.ts'
import { pngOf } from './png.ts'

/** The pictures of the outside sites, each drawn when somebody first asks for it. */
const SCENES: Readonly<Record<string, () => Canvas>> = {
  storefront: () => street(900, 500).rect(180, 150, 540, 270, '#f3e3cf').rect(180, 150, 540, 46, '#d9694f').rect(210, 230, 150, 190, '#bcd9e6')
    .rect(540, 230, 150, 190, '#bcd9e6').rect(400, 240, 100, 180, '#7c5c4a').circle(485, 335, 6, '#f0d9a8').polygon([[165, 196], [735, 196], [715, 226], [185, 226]], '#f6b26b')
    .circle(285, 380, 24, '#e8a5b8').rect(600, 360, 40, 60, '#8fb98a').circle(450, 173, 15, '#fff2dc'),
  entrance: () => asphalt(720, 480).rect(90, 90, 540, 260, '#8d97a5').rect(140, 140, 440, 210, '#4c5664').polygon([[140, 350], [580, 350], [500, 240], [220, 240]], '#626d7c')
    .rect(300, 20, 120, 96, '#2b6de5').rect(330, 38, 14, 60, '#ffffff').rect(344, 38, 34, 12, '#ffffff').rect(366, 50, 12, 14, '#ffffff').rect(344, 62, 34, 12, '#ffffff')
    .line([150, 330], [380, 268], 9, '#f4f6f8').line([190, 319], [240, 306], 9, '#d8402f').line([290, 293], [340, 279], 9, '#d8402f').rect(132, 300, 22, 60, '#e3b341'),
  lift: () => new Canvas(720, 480).gradient('#e9edf2', '#cfd6df').rect(0, 400, 720, 80, '#b9c1cc').rect(220, 70, 280, 330, '#9aa5b3').rect(236, 86, 122, 314, '#c3ccd6')
    .rect(362, 86, 122, 314, '#b6c0cc').rect(300, 30, 120, 32, '#2f3a4a').polygon([[360, 36], [376, 54], [344, 54]], '#7fe0a4').rect(524, 220, 30, 60, '#6f7b8a').circle(539, 238, 6, '#ffe08a')
    .circle(539, 262, 6, '#f4f6f8'),
  map: () => parkingMap(),
  crib: () => room(800, 520, '#fbeee6', '#e7cdb8').rect(230, 300, 340, 20, '#b98a5f').rect(230, 210, 16, 210, '#b98a5f').rect(554, 210, 16, 210, '#b98a5f').rect(230, 210, 340, 14, '#b98a5f')
    .rect(246, 270, 308, 34, '#fffaf2').circle(300, 268, 26, '#f6cdb0').ellipse(430, 276, 110, 24, '#a9cbe0').line([270, 224], [270, 300], 7, '#b98a5f').line([340, 224], [340, 300], 7, '#b98a5f')
    .line([410, 224], [410, 300], 7, '#b98a5f').line([480, 224], [480, 300], 7, '#b98a5f').circle(660, 110, 46, '#ffe6a3').circle(680, 96, 42, '#fbeee6'),
  feeding: () => room(800, 520, '#eef5ea', '#d5e3cb').ellipse(400, 420, 260, 40, '#c4a57f').ellipse(400, 360, 150, 60, '#ffffff').ellipse(400, 350, 118, 42, '#f4c06a').circle(360, 344, 12, '#e58f3c')
    .circle(420, 352, 10, '#e58f3c').circle(446, 338, 9, '#7fb069').line([560, 250], [470, 352], 14, '#9fb4c8').ellipse(574, 236, 26, 18, '#9fb4c8'),
  stroller: () => street(800, 520).ellipse(400, 270, 150, 110, '#4f7cac').rect(250, 270, 300, 120, '#6fc2c0').rect(240, 258, 320, 14, '#2f4858').line([560, 262], [640, 190], 12, '#2f4858')
    .circle(300, 424, 42, '#2f4858').circle(300, 424, 22, '#dfe7ee').circle(500, 424, 42, '#2f4858').circle(500, 424, 22, '#dfe7ee').circle(360, 250, 30, '#f6cdb0'),
  nightlight: () => room(800, 520, '#20304f', '#16213a').circle(560, 200, 150, '#37507c').circle(560, 200, 96, '#f1d18a').rect(548, 260, 24, 130, '#6d5a46').rect(500, 386, 120, 18, '#6d5a46')
    .circle(180, 90, 3, '#ffffff').circle(260, 150, 3, '#ffffff').circle(120, 190, 2, '#ffffff').circle(330, 70, 2, '#ffffff').ellipse(230, 400, 170, 40, '#31466f'),
}

function street(width: number, height: number): Canvas {
  const ground = height * 0.84
  return new Canvas(width, height).gradient('#cfe8f7', '#f7fbff').circle(width * 0.87, height * 0.18, 34, '#ffe08a').ellipse(width * 0.24, height * 0.2, 70, 20, '#ffffff').ellipse(width * 0.3, height * 0.17, 48, 22, '#ffffff')
    .rect(0, ground, width, height - ground, '#b9bfc8').rect(0, ground, width, 6, '#8f97a3')
}

function asphalt(width: number, height: number): Canvas {
  return new Canvas(width, height).gradient('#dfe6ee', '#aeb8c4').rect(0, height * 0.73, width, height * 0.27, '#59626f').rect(width * 0.47, height * 0.8, width * 0.06, height * 0.2, '#f4f6f8')
}

function room(width: number, height: number, wall: Colour, floor: Colour): Canvas {
  return new Canvas(width, height).gradient(wall, wall).rect(0, height * 0.78, width, height * 0.22, floor)
}

function parkingMap(): Canvas {
  const map = new Canvas(720, 540).gradient('#f2f4ee', '#f2f4ee').rect(0, 210, 720, 90, '#ffffff').rect(300, 0, 84, 540, '#ffffff').rect(40, 30, 220, 150, '#e6d9c6').rect(430, 330, 240, 170, '#dfe8d8')
  map.rect(430, 30, 240, 150, '#cfd8e6')
  for (let slot = 0; slot < 6; slot += 1) map.rect(446 + slot * 36, 50, 3, 46, '#ffffff').rect(446 + slot * 36, 118, 3, 46, '#ffffff')
  // The way from the street to the lift, and the pin at its end.
  for (let dash = 0; dash < 9; dash += 1) map.rect(60 + dash * 46, 252, 26, 8, '#2b6de5')
  return map.polygon([[516, 150], [492, 104], [540, 104]], '#d9483b').circle(516, 96, 25, '#d9483b').circle(516, 96, 10, '#ffffff').circle(150, 420, 70, '#bcd6ac').circle(100, 470, 48, '#a9c898')
}

const drawn = new Map<string, Buffer>()

/** A picture as PNG; undefined when nobody drew one of this name. */
export function scenePng(name: string): Buffer | undefined {
  const known = drawn.get(name)
  if (known !== undefined) return known
  const draw = Object.hasOwn(SCENES, name) ? SCENES[name] : undefined
  if (draw === undefined) return undefined
  const png = pngOf(draw().finished())
  drawn.set(name, png)
  return png
}
