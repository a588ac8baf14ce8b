/** A document of about 120 bytes. */
export interface SmallDocument {
  _id: string;
  number: number;
  kind: string;
  title: string;
  views: number;
}

export function smallDocument(number: number): SmallDocument {
  return {
    _id: number.toString(16).padStart(24, '0'),
    number,
    kind: `kind ${number % 7}`,
    title: `Document ${number}`,
    views: 0,
  };
}
