/** The script of the tracked page: tells the page's own server that the page is on screen. */
document.documentElement.dataset.reader = 'on'

export {}
