# For `latexmk -r "$(texscholar latexmkrc --path)" main.tex`: whoever names this file wants a draft.
$ENV{TEXSCHOLAR_DRAFT} = 1 unless defined $ENV{TEXSCHOLAR_DRAFT};
# --- texscholar: begin (made by `texscholar latexmkrc`; latexmk 4.61 or later)
# Shows texscholar's suggestions as notes in a draft's PDF. No source is touched, and without texscholar nothing happens.
# Off unless TEXSCHOLAR_DRAFT is 1: in the environment, or by a line $ENV{TEXSCHOLAR_DRAFT} = 1; above this block.
{
    our $texscholar = '';
    our $texscholar_from = 0;
    our $texscholar_draft = ( $ENV{TEXSCHOLAR_DRAFT} // '' ) !~ /^(0|no|false|)$/i;
    my $windows = $^O eq 'MSWin32';
    my @places = map { my $d = $_; map { "$d/texscholar$_" } ( $windows ? ( '.exe', '.cmd', '.bat' ) : ('') ) }
        split( ( $windows ? ';' : ':' ), $ENV{PATH} // '' );
    foreach my $place ( $ENV{TEXSCHOLAR} ? ( $ENV{TEXSCHOLAR} ) : @places ) {
        if ( -f $place && ( $windows || -x _ ) ) { $texscholar = $place; last; }
    }
    if ($texscholar_draft) {
        # TeX asks for the notes with a file of its own, as for a glossary; latexmk makes them before the next pass.
        my $read = '\InputIfFileExists{texscholar-overlay.tex}{}{}';
        if ($texscholar) {
            my $ask = '\ifnum\count17<15 \immediate\openout15=\jobname.txsreq \immediate\write15{\jobname}\immediate\closeout15 \fi';
            $read = $ask . '\InputIfFileExists{\jobname.txsovl}{}{\typeout{No file \jobname.txsovl.}' . $read . '}';
            add_cus_dep( 'txsreq', 'txsovl', 0, 'texscholar_overlay' );
        }
        $pre_tex_code .= '\AtBeginDocument{' . $read . '}';
        foreach ( $latex, $pdflatex, $lualatex, $xelatex ) { s/%S/%P/ unless /%[PU]/; }
    }
    # Before the first rule: a command that was set after this block (-pdflatex=..., a -r) is made to read the notes too,
    # and latexmk, which does not see that drafts were switched on or off or that texscholar has gone, is told.
    $compiling_cmd = 'internal texscholar_begins %Y%R' unless $compiling_cmd;
    push @generated_exts, 'txsreq', 'txsovl';    # so that latexmk -c removes them

    sub texscholar_nothing {
        if ( open( my $file, '>', "$_[0].txsovl" ) ) { print $file "% texscholar: nothing to show\n"; close $file; }
    }

    # The notes, and what they were made from.
    sub texscholar_made {
        my $base = $_[0];
        my ( $done, @from ) = (0);
        if ( open( my $lines, '-|', $texscholar, 'overlay', $texfile_name, '--output', "$base.txsovl", '--dependencies' ) ) {
            while (<$lines>) { push @from, $1 if /^DEP (.*?)\r?$/; }
            $done = close $lines;
        }
        texscholar_nothing($base) unless $done && -s "$base.txsovl";
        return @from;
    }

    sub texscholar_overlay {
        my @from = $texscholar_from ? @$texscholar_from : texscholar_made( $_[0] );
        $texscholar_from = 0;
        # An edit of any source is followed by a run, so that no note is older than what it speaks of.
        my @rules = grep { exists $possible_primaries{$_} || /^(bibtex|biber) / } keys %rule_db;
        push @from, grep { /\.(tex|bib)$/ } map { rdb_list_source($_) } @rules;
        rdb_ensure_file( $rule, $_ ) foreach @from;
        return 0;    # whatever happens to texscholar, the document is built
    }

    sub texscholar_begins {
        my $base = join ' ', @_;
        my @engines = keys %possible_primaries;
        $texscholar_from = 0;
        eval { rdb_for_some( [@engines], sub { $$Pext_cmd =~ s/%S/%P/ unless $$Pext_cmd =~ /^internal|%[PU]/; } ); }
            if $texscholar_draft;
        if ( !$texscholar_draft || !$texscholar ) {
            texscholar_nothing($base) if -e "$base.txsovl" && -s _ > 100;
            unlink "$base.txsreq";
        }
        elsif ( !-e "$base.txsreq" ) {
            # A first draft: made now, its notes are in the first pass and cost no other.
            # With -pvc latexmk asks for them by itself and watches what they are made from only then.
            # They are made to look older than the request, else latexmk would not learn what they were made from.
            if ( !$preview_continuous_mode ) {
                $texscholar_from = [ texscholar_made($base) ];
                utime time - 60, time - 60, "$base.txsovl";
            }
            eval { rdb_for_some( [@engines], sub { $$Pout_of_date = 1 } ); };
        }
        return 0;
    }
}
# --- texscholar: end
