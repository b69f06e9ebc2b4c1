import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsInt, Max, Min, ValidateNested } from 'class-validator';

export class LineDto {
  @IsInt()
  @Min(1)
  product_id!: number;

  @IsInt()
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
}

export class PlaceOrderDto {
  @IsInt()
  @Min(1)
  customer_id!: number;

  @IsInt()
  @Min(1)
  location_id!: number;

  @ArrayMinSize(1)
  @ArrayMaxSize(1350)
  @ValidateNested({ each: true })
  @Type(() => LineDto)
  lines!: LineDto[];
}

export interface OrderLine {
  product_id: number;
  name: string;
  quantity: number;
  unit_price_minor: number;
  total_minor: number;
}

export interface OrderDocument {
  id: string;
  customer_id: number;
  location_id: number;
  status: 'placed';
  currency: string;
  placed_at: string;
  total_minor: number;
  lines: OrderLine[];
}
