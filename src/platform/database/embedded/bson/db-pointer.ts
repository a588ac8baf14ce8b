import type { ObjectId } from 'bson';

/** BSON's deprecated pointer type (0x0C). The `bson` package turns it into a sub-document; here it stays what it is. */
export class DBPointer {
  constructor(
    readonly namespace: string,
    readonly id: ObjectId,
  ) {}
}
