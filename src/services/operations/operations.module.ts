import { Module } from '@nestjs/common';

/** What operators of the whole installation see and do: `/service/operations/v1`. */
@Module({})
export class OperationsModule {}
