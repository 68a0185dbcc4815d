package io.banyan.compute;

import static io.banyan.compute.HostileModule.ended;
import static io.banyan.compute.HostileModule.endless;
import static io.banyan.compute.HostileModule.rejected;
import static io.banyan.compute.HostileModule.trapped;
import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.reactor;

import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.util.List;

/** Modules that want more memory or larger tables than there are. */
final class HostileGrowth {
  private HostileGrowth() {}

  private static final byte FUNCREF = 0x70;
  private static final byte EXTERNREF = 0x6f;

  static List<HostileModule> all() {
    return List.of(
        endless(
            "memory that grows for ever, page by page",
            () -> reactor("loop void i32.const 1 memory.grow 0 drop br 0 end " + NOTHING)),
        endless(
            "memory that doubles for ever",
            () -> reactor("loop void memory.size 0 memory.grow 0 drop br 0 end " + NOTHING)),
        ended(
            "growing past the cap fails and is no outcome",
            new Outcome.Completed(),
            () ->
                reactor(
                    "i32.const 4096 memory.grow 0 i32.const -1 i32.eq i32.eqz if void unreachable"
                        + " end "
                        + NOTHING)),
        ended(
            "growing to the cap, every page touched",
            new Outcome.Completed(),
            () ->
                reactor(
                    "i32.const 4095 memory.grow 0 drop"
                        + " loop void local.get 2 i32.const 1 i32.store 0"
                        + " local.get 2 i32.const 65536 i32.add local.tee 2"
                        + " i32.const 0x10000000 i32.ne br_if 0 end "
                        + NOTHING)),
        trapped(
            "a page beyond the cap",
            TrapKind.MEMORY_OUT_OF_BOUNDS,
            () ->
                reactor(
                    "i32.const 4096 memory.grow 0 drop i32.const 0x10000000 i32.load 0 drop "
                        + NOTHING)),
        trapped(
            "a memory that begins above the limit",
            TrapKind.MEMORY_OUT_OF_BOUNDS,
            () -> beginning(4_097)),
        ended("a memory that begins at the limit", new Outcome.Completed(), () -> beginning(4_096)),
        trapped("a memory of almost 2 GiB", TrapKind.MEMORY_OUT_OF_BOUNDS, () -> beginning(32_767)),
        rejected("a memory of 4 GiB", "memory-pages", () -> beginning(65_536).bytes()),
        rejected("a memory of 65 537 pages", "memory", () -> beginning(65_537).bytes()),
        rejected("a memory of 4 294 967 295 pages", "memory", () -> memoryOf(0xffff_ffffL)),
        endless(
            "a table that grows for ever, one by one",
            () -> growing("ref.null i32.const 1 table.grow drop")),
        endless(
            "a table that doubles for ever", () -> growing("ref.null table.size table.grow drop")),
        endless(
            "a table that grows by 2 147 483 647",
            () -> growing("ref.null i32.const 2147483647 table.grow drop")),
        endless(
            "four tables that grow for ever",
            () ->
                fourTables()
                    .function(
                        "execute",
                        CALL,
                        "",
                        "loop void "
                            + "ref.null i32.const 1000 0xfc 0x0f 0x00 drop "
                            + "ref.null i32.const 1000 0xfc 0x0f 0x01 drop "
                            + "ref.null i32.const 1000 0xfc 0x0f 0x02 drop "
                            + "ref.null i32.const 1000 0xfc 0x0f 0x03 drop br 0 end "
                            + NOTHING)),
        rejected("a table of 100 000 000", "table", () -> tables(FUNCREF, 1, 100_000_000)),
        rejected("a table of 4 294 967 295", "table", () -> tables(FUNCREF, 1, 0xffff_ffffL)),
        rejected(
            "a table of externals of 100 000 000", "", () -> tables(EXTERNREF, 1, 100_000_000)),
        rejected("a hundred tables", "tables", () -> tables(FUNCREF, 100, 1)),
        rejected("ten thousand tables", "tables", () -> tables(FUNCREF, 10_000, 1)));
  }

  private static TestingModule beginning(int pages) {
    return new TestingModule().memory(pages).alloc().function("execute", CALL, "", NOTHING);
  }

  private static byte[] memoryOf(long pages) {
    TestingModule.Bytes content = new TestingModule.Bytes();
    content.u8(1, 0).u32(pages);
    return new TestingModule().withoutMemoryExport().rawSection(5, content.toByteArray()).bytes();
  }

  private static TestingModule growing(String code) {
    return new TestingModule()
        .table(1, 100_000)
        .memory(1)
        .alloc()
        .function("execute", CALL, "", "loop void " + code + " br 0 end " + NOTHING);
  }

  private static TestingModule fourTables() {
    TestingModule module = new TestingModule().memory(1).alloc();
    for (int i = 0; i < 4; i++) {
      module.table(1, 100_000);
    }
    return module;
  }

  private static byte[] tables(byte type, int count, long min) {
    TestingModule.Bytes content = new TestingModule.Bytes();
    content.u32(count);
    for (int i = 0; i < count; i++) {
      content.u8(type, 0).u32(min);
    }
    return new TestingModule().withoutMemoryExport().rawSection(4, content.toByteArray()).bytes();
  }
}
