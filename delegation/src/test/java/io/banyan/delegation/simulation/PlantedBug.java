package io.banyan.delegation.simulation;

import io.banyan.delegation.Command;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.Event;
import io.banyan.delegation.InputRef;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.LeaseFailure;
import io.banyan.delegation.Loan;
import io.banyan.delegation.PlannedCall;
import io.banyan.delegation.Task;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Casts in which every node gets one and the same rule wrong. A simulation must find each. */
enum PlantedBug implements Cast {
  /** What was delivered counts twice. */
  DOUBLE_MERGE {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return instead(
          settings,
          command ->
              command instanceof Command.Adopt ? Stream.of(command, command) : Stream.of(command));
    }
  },
  /** What was finished before a crash is taken over, and nobody is told to keep it. */
  UNSAID_REUSE {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return instead(
          settings,
          command -> command instanceof Command.Reuse ? Stream.empty() : Stream.of(command));
    }
  },
  /** An answer of who was silent for a while is dropped. */
  LOST_LATE_ANSWER {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return new ErringBrain(settings) {
        private final Map<Long, PeerId> peers = new HashMap<>();
        private final Map<PeerId, Long> heard = new HashMap<>();
        private final Set<PeerId> silent = new HashSet<>();

        @Override
        public List<Command> handle(Event event, long nowNanos) {
          if (event instanceof Event.PeerHeard(PeerId peer, int _)) {
            long since = nowNanos - heard.getOrDefault(peer, nowNanos);
            if (since > 3_000_000_000L) {
              silent.add(peer);
            }
            heard.put(peer, nowNanos);
          }
          if (event instanceof Event.PeerLeft(PeerId peer)) {
            silent.add(peer);
          }
          if (event instanceof Event.Delivered(long lease, var _)
              && silent.contains(peers.get(lease))) {
            return List.of();
          }
          return super.handle(event, nowNanos);
        }

        @Override
        List<Command> said(Event event, List<Command> commands, long nowNanos) {
          for (Command command : commands) {
            if (command instanceof Command.Lend(long lease, Loan loan)) {
              peers.put(lease, loan.peer());
            }
          }
          return commands;
        }
      };
    }
  },
  /** Each lease is granted all that the task has. */
  BUDGET_SUM {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return new ErringBrain(settings) {
        private final Map<Digest, Budget> grants = new HashMap<>();

        @Override
        List<Command> said(Event event, List<Command> commands, long nowNanos) {
          if (event instanceof Event.Begun(Task task)) {
            grants.put(task.link(), task.grant());
          }
          return commands.stream()
              .map(
                  command ->
                      command instanceof Command.Lend(long lease, Loan loan)
                          ? (Command) new Command.Lend(lease, generous(loan))
                          : command)
              .toList();
        }

        private Loan generous(Loan loan) {
          Budget all = grants.getOrDefault(loan.link(), loan.grant());
          Budget own = loan.grant();
          return granted(
              loan,
              new Budget(
                  all.fuel(),
                  all.leaves(),
                  all.bytes(),
                  own.memoryBytesMax(),
                  own.hops(),
                  own.timeMillis()));
        }
      };
    }
  },
  /** No hop is taken for a lease. */
  HOPS_NOT_COUNTED {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return insteadOfLoan(
          settings,
          loan -> {
            Budget own = loan.grant();
            return granted(
                loan,
                new Budget(
                    own.fuel(),
                    own.leaves(),
                    own.bytes(),
                    own.memoryBytesMax(),
                    own.hops() + 1,
                    own.timeMillis()));
          });
    }
  },
  /** What one peer has just been lent is lent to another one. */
  OVERLAPPING_LEASES {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return new ErringBrain(settings) {
        private final Set<PeerId> peers = new LinkedHashSet<>();

        @Override
        List<Command> said(Event event, List<Command> commands, long nowNanos) {
          if (event instanceof Event.PeerJoined joined) {
            peers.add(joined.peer());
          }
          List<Command> all = new ArrayList<>();
          for (Command command : commands) {
            all.add(command);
            if (command instanceof Command.Lend(long _, Loan loan)) {
              peers.stream()
                  .filter(peer -> !peer.equals(loan.peer()))
                  .findFirst()
                  .ifPresent(other -> all.add(new Command.Lend(madeUp(), to(loan, other))));
            }
          }
          return all;
        }
      };
    }
  },
  /** Who is busy is asked again at once. */
  RETRY_STORM {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return new ErringBrain(settings) {
        private final Map<Long, Loan> loans = new HashMap<>();

        @Override
        public List<Command> handle(Event event, long nowNanos) {
          if (event instanceof Event.LeaseRefused refused && loans.containsKey(refused.lease())) {
            return List.of(new Command.Lend(madeUp(), loans.get(refused.lease())));
          }
          return super.handle(event, nowNanos);
        }

        @Override
        List<Command> said(Event event, List<Command> commands, long nowNanos) {
          for (Command command : commands) {
            if (command instanceof Command.Lend(long lease, Loan loan)) {
              loans.put(lease, loan);
            }
          }
          return commands;
        }
      };
    }
  },
  /** A job is begun before its journal has it. */
  LENDING_BEFORE_JOURNALING {
    @Override
    public VirtualNode node(Simulation world, int number, Scenario.Member member) {
      return new VirtualNode(world, number, member) {
        @Override
        void submit(VirtualJob job) {
          if (journal.accepted(job.link()) || task(job.link()).isPresent()) {
            return;
          }
          begin(new VirtualTask(job.whole(), job, List.of()));
          in(
              4_000_000,
              () -> {
                journal.accept(job);
                world.accepted(job);
              });
        }
      };
    }
  },
  /** A node that is started again does not look into its journal. */
  JOURNAL_NOT_READ {
    @Override
    public VirtualNode node(Simulation world, int number, Scenario.Member member) {
      return new VirtualNode(world, number, member) {
        @Override
        void resume(List<VirtualJob> open) {}
      };
    }
  },
  /** Children are not told to stop. */
  LOST_CANCEL {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return without(settings, command -> command instanceof Command.Revoke);
    }
  },
  /** Merges get the values of their children in another order. */
  WRONG_CHILD_ORDER {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return instead(
          settings,
          command ->
              Stream.of(
                  command instanceof Command.Execute(long call, PlannedCall planned)
                          && planned.input() instanceof InputRef.Values(List<BlobRef> values)
                      ? new Command.Execute(
                          call,
                          new PlannedCall(
                              planned.link(),
                              planned.node(),
                              planned.function(),
                              new InputRef.Values(values.reversed())))
                      : command));
    }
  },
  /** What a plan node came to is remembered by its place in the plan alone. */
  STALE_MEMO {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return remembering(settings, Task::node);
    }
  },
  /** What a plan node came to is remembered under a key that leaves the params out. */
  KEY_WITHOUT_PARAMS {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return remembering(
          settings,
          task -> {
            Manifest manifest = task.manifest();
            return List.of(
                manifest.input(), manifest.splitRule(), manifest.chunkBytes(), task.node());
          });
    }
  },
  /** Who is spoken to is thought to be heard. */
  ONE_WAY_PARTITION {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return new ErringBrain(settings) {
        private final Set<PeerId> peers = new LinkedHashSet<>();

        @Override
        public List<Command> handle(Event event, long nowNanos) {
          if (event instanceof Event.PeerJoined joined) {
            peers.add(joined.peer());
          }
          if (event instanceof Event.PeerLeft left) {
            peers.remove(left.peer());
          }
          List<Command> commands = new ArrayList<>();
          for (PeerId peer : peers) {
            commands.addAll(rightly(new Event.PeerHeard(peer, 1), nowNanos));
          }
          commands.addAll(super.handle(event, nowNanos));
          return commands;
        }
      };
    }
  },
  /** A child works on for a lender that is lost, for ever. */
  LEAKED_ORPHAN {
    @Override
    public VirtualNode node(Simulation world, int number, Scenario.Member member) {
      return new VirtualNode(world, number, member) {
        @Override
        long orphanNanos() {
          return Long.MAX_VALUE / 4;
        }
      };
    }
  },
  /** What was finished for a lender that is lost is taken for another job, whatever its params. */
  STALE_ORPHAN {
    @Override
    public VirtualNode node(Simulation world, int number, Scenario.Member member) {
      return new VirtualNode(world, number, member) {
        @Override
        boolean recalls(VirtualJob kept, VirtualJob fresh, PlanNode planNode) {
          return kept.manifest().input().equals(fresh.manifest().input());
        }
      };
    }
  },
  /** Only the entry node is known to be above. */
  LENT_UPWARDS {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return new ErringBrain(settings) {
        @Override
        public List<Command> handle(Event event, long nowNanos) {
          return super.handle(
              event instanceof Event.Begun(Task task) && task.above().size() > 1
                  ? new Event.Begun(under(task, task.above().subList(0, 1)))
                  : event,
              nowNanos);
        }
      };
    }
  },
  /** A child's word that a call fails is believed by the entry node. */
  BELIEVED_TRAP {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return new ErringBrain(settings) {
        private final Map<Long, Digest> links = new HashMap<>();
        private final Set<Digest> own = new HashSet<>();

        @Override
        public List<Command> handle(Event event, long nowNanos) {
          if (event instanceof Event.Begun(Task task) && task.atEntry()) {
            own.add(task.link());
          }
          if (event instanceof Event.LeaseFailed(long lease, LeaseFailure.TaskFailed failed)
              && own.contains(links.get(lease))) {
            List<Command> commands = new ArrayList<>(super.handle(event, nowNanos));
            rightly(new Event.Cancelled(links.get(lease)), nowNanos).stream()
                .map(
                    command ->
                        command instanceof Command.Finish(Digest link, JobEnd.Cancelled())
                            ? new Command.Finish(
                                link, new JobEnd.TaskFailed(failed.node(), failed.claim()))
                            : command)
                .forEach(commands::add);
            return commands;
          }
          return super.handle(event, nowNanos);
        }

        @Override
        List<Command> said(Event event, List<Command> commands, long nowNanos) {
          for (Command command : commands) {
            if (command instanceof Command.Lend(long lease, Loan loan)) {
              links.put(lease, loan.link());
            }
          }
          return commands;
        }
      };
    }
  },
  /** Calls that nobody needs any more are made to their end. */
  NEVER_INTERRUPTED {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return without(settings, command -> command instanceof Command.Interrupt);
    }
  },
  /** Values that are used up stay where they are. */
  LEAKED_BLOBS {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return without(settings, command -> command instanceof Command.Release);
    }
  },
  /** What is below a plan node that was delivered late is kept beside it. */
  NEVER_FORGOTTEN {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return without(settings, command -> command instanceof Command.Forget);
    }
  },
  /** Nobody looks at the clock. */
  LOST_WAKE {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return new ErringBrain(settings) {
        @Override
        public List<Command> handle(Event event, long nowNanos) {
          return super.handle(event, 0);
        }

        @Override
        public long wakeNanos() {
          return Long.MAX_VALUE;
        }
      };
    }
  },
  /** A leaf is executed by two workers at the same time. */
  TWICE_EXECUTED {
    @Override
    public Brain brain(Delegator.Settings settings) {
      return instead(
          settings,
          command ->
              command instanceof Command.Execute(long call, PlannedCall planned)
                      && planned.function() == GuestFunction.EXECUTE
                  ? Stream.of(command, new Command.Execute(call + ErringBrain.MADE_UP, planned))
                  : Stream.of(command));
    }
  };

  private record Remembered(JobId job, JobEnd end) {}

  private static Brain instead(
      Delegator.Settings settings, Function<Command, Stream<Command>> instead) {
    return new ErringBrain(settings) {
      @Override
      List<Command> said(Event event, List<Command> commands, long nowNanos) {
        return commands.stream().flatMap(instead).toList();
      }
    };
  }

  private static Brain without(Delegator.Settings settings, Predicate<Command> dropped) {
    return instead(
        settings, command -> dropped.test(command) ? Stream.empty() : Stream.of(command));
  }

  private static Brain insteadOfLoan(Delegator.Settings settings, Function<Loan, Loan> instead) {
    return instead(
        settings,
        command ->
            Stream.of(
                command instanceof Command.Lend(long lease, Loan loan)
                    ? new Command.Lend(lease, instead.apply(loan))
                    : command));
  }

  /** What a task of one job has come to is what a task of another job comes to, by its name. */
  private static Brain remembering(Delegator.Settings settings, Function<Task, Object> name) {
    return new ErringBrain(settings) {
      private final Map<Digest, Task> tasks = new HashMap<>();
      private final Map<Object, Remembered> memory = new HashMap<>();

      @Override
      public List<Command> handle(Event event, long nowNanos) {
        if (event instanceof Event.Begun(Task task)) {
          Remembered known = memory.get(name.apply(task));
          if (known != null && !known.job().equals(task.job())) {
            return List.of(new Command.Finish(task.link(), known.end()));
          }
          tasks.put(task.link(), task);
        }
        return super.handle(event, nowNanos);
      }

      @Override
      List<Command> said(Event event, List<Command> commands, long nowNanos) {
        for (Command command : commands) {
          if (command instanceof Command.Finish(Digest link, JobEnd.Completed completed)
              && tasks.containsKey(link)) {
            Task task = tasks.get(link);
            memory.put(name.apply(task), new Remembered(task.job(), completed));
          }
        }
        return commands;
      }
    };
  }

  private static Loan granted(Loan loan, Budget grant) {
    return new Loan(
        loan.link(),
        loan.node(),
        loan.fromByte(),
        loan.toByte(),
        loan.part(),
        loan.peer(),
        loan.attempt(),
        grant,
        loan.tries(),
        loan.predictedSeconds(),
        loan.dueMillis(),
        loan.second());
  }

  private static Loan to(Loan loan, PeerId peer) {
    return new Loan(
        loan.link(),
        loan.node(),
        loan.fromByte(),
        loan.toByte(),
        loan.part(),
        peer,
        loan.attempt(),
        loan.grant(),
        loan.tries(),
        loan.predictedSeconds(),
        loan.dueMillis(),
        loan.second());
  }

  private static Task under(Task task, List<PeerId> above) {
    return new Task(
        task.link(),
        task.job(),
        task.manifest(),
        task.submitter(),
        task.node(),
        task.ground(),
        task.merges(),
        task.grant(),
        task.tries(),
        above);
  }
}
